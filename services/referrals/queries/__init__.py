"""Reads. Each starts from what this caller may see."""
