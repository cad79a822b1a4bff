"""Writes. Each is one transaction: check, change, publish, record."""
