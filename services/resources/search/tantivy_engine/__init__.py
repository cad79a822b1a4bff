"""Search in process: an index on local disk, rebuilt into a new directory and swapped."""

from services.resources.search.tantivy_engine.index import Index, build, open_index

__all__ = ["Index", "build", "open_index"]
