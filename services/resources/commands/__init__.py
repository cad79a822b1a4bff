"""Writes: each checks, changes, publishes and audits in one transaction."""
