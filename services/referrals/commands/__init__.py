"""Writes: each is one transaction, or a part of one."""
