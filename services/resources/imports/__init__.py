"""From a publisher's package to the directory.

    files -> sheets (a format) -> spool (ids, references, roots) -> upsert (chunks) -> events

Every cell of the source ends in the directory or is named in the problem report.
"""
