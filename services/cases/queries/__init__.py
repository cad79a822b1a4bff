"""Reads. Each starts from what the caller may see."""
