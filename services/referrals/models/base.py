"""The metadata that all tables of the referrals database belong to, and those every service has."""

from sqlalchemy import MetaData

from shared.db import new_metadata
from shared.deadlines import deadline_table
from shared.tables import common_tables

metadata: MetaData = new_metadata()
common_tables(metadata)
deadline = deadline_table(metadata)
