"""Errors of the directory."""

from shared.errors import Problem


class SearchNotReady(Problem):
    """The index is still being built: the listings are there, the search is not yet."""

    status, type, title = 503, "search-not-ready", "The search index is being built"
