"""A private PostgreSQL for this checkout, and the databases and roles of the services in it."""

from deploy.postgres.account import PostgresError
from deploy.postgres.roles import SERVICES, Passwords, ServiceUrls, prepare
from deploy.postgres.server import Server

__all__ = ["SERVICES", "Passwords", "PostgresError", "Server", "ServiceUrls", "prepare"]
