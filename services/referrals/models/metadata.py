"""The metadata that all tables of the referrals database belong to, and those every service has."""

from sqlalchemy import Index, MetaData

from shared.db import new_metadata
from shared.deadlines import deadline_table
from shared.tables import common_tables

metadata: MetaData = new_metadata()
common_tables(metadata)
deadline = deadline_table(metadata)
# What is late of one organization's, in order: who holds a clock stands first.
Index("ix_deadline_holder", deadline.c.organizations[1], deadline.c.due_at, deadline.c.subject)

_event = metadata.tables["event"].c
Index("ix_event_organization", _event.organization, _event.xid, _event.seq)
