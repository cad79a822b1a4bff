"""The HTTP surface of cases: parse, call one command or query, return."""
