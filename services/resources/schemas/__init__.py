"""Requests and answers of /v1 (those of /hsds are HSDS's own)."""
