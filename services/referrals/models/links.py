"""What is sent to people without an account: links, codes, messages, feeds, and the page to ask for help."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)

from services.referrals.models.metadata import metadata

answer_link = Table(
    "answer_link",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("referral_id", Uuid, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("language", String(10)),
    Column("used_count", Integer, nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Index("ix_answer_link_referral_id", "referral_id"),
)

receiver_link = Table(
    "receiver_link",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("referral_id", Uuid, nullable=False),
    Column("receiver_id", Uuid, nullable=False),
    # The person at the provider it was sent to, and where: nobody else's device gets the code.
    Column("recipient_name", String(200)),
    Column("channel", String(10), nullable=False),
    Column("address", String(200), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_count", Integer, nullable=False),
    Column("last_used_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    Index("ix_receiver_link_referral_id", "referral_id"),
)

access_code = Table(
    "access_code",
    metadata,
    # The second factor: one code at a time for a link; a wrong one counts.
    Column("link_hash", LargeBinary, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("code_hash", LargeBinary),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("sent_count", SmallInteger, nullable=False),
    # Wrong ones since the last right one, over all codes: whoever guesses on loses the link.
    Column("wrong_count", SmallInteger, nullable=False),
)

message = Table(
    "message",
    metadata,
    # What is to be sent about a referral: who it goes to and what it says are looked up when it goes.
    Column("id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("referral_id", Uuid, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("link_hash", LargeBinary),
    Column("step", Integer, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("not_before", DateTime(timezone=True), nullable=False),
    Column("taken_at", DateTime(timezone=True)),
    Column("attempts", SmallInteger, nullable=False),
    UniqueConstraint("referral_id", "kind"),
    Index("ix_message_not_before", "not_before"),
)

calendar_feed = Table(
    "calendar_feed",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("subject", Uuid, nullable=False),
    Column("side", String(10), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Index("ix_calendar_feed_subject", "organization", "subject"),
)

help_page = Table(
    "help_page",
    metadata,
    # A public page on which a person asks this organization for help themselves.
    Column("id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("slug", String(60), nullable=False),
    Column("name", String(200), nullable=False),
    Column("categories", ARRAY(String(40)), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("uq_help_page_slug", "slug", unique=True),
)
