"""A real OpenSearch node for tests."""
