"""Search on an OpenSearch cluster: for more listings, or more replicas, than one disk serves."""

from services.resources.search.opensearch_engine.index import Index, build, open_index

__all__ = ["Index", "build", "open_index"]
