"""What referrals reports of listings: places left, and what may be wrong with them.

No foreign keys: an import may take a listing away and bring it again.
"""

from sqlalchemy import Column, DateTime, Index, Integer, String, Table, Uuid

from services.resources.models.columns import metadata

capacity = Table(
    "capacity",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("service_id", Uuid, nullable=False, index=True),
    Column("receiver_id", Uuid, nullable=False),
    Column("places", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("as_of", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False),
)

listing_flag = Table(
    "listing_flag",
    metadata,
    Column("service_id", Uuid, primary_key=True),
    Column("reason", String(80), primary_key=True),
    Column("referral_id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
)

flag_clearance = Table(
    # An editor found that what was flagged before is not so, or not so any more.
    "flag_clearance",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("service_id", Uuid, nullable=False),
    Column("reason", String(80), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("cleared_by", Uuid, nullable=False),
    Column("note", String(200)),
    Index(None, "service_id", "reason", "at"),
)
