"""Search over the directory: one analyser, one projection, engines that only match and rank."""

from services.resources.search.document import Document
from services.resources.search.engine import Index, IndexBusy
from services.resources.search.query import Facets, Hit, Page, Query, Sort
from services.resources.search.tantivy_engine import build, open_index

__all__ = [
    "Document",
    "Facets",
    "Hit",
    "Index",
    "IndexBusy",
    "Page",
    "Query",
    "Sort",
    "build",
    "open_index",
]
