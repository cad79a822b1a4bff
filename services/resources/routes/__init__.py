"""The HTTP surface of the directory: /v1, and /hsds as the specification defines it."""

from services.resources.routes import flags, hsds, listings, places, search, taxonomy

ROUTERS = [
    search.router,
    listings.router,
    flags.router,
    places.router,
    taxonomy.router,
    hsds.router,
]
