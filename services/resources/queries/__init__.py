"""Reads of the directory: statements built once, rows as plain dicts."""
