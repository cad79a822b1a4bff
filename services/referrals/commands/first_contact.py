"""Whoever was met has been reached: that stops the first-contact clock."""

from sqlalchemy import Connection

from services.referrals import access
from services.referrals.commands.moving import Actor, move
from services.referrals.lifecycle.transitions import Act
from shared.db import Record
from shared.schemas.referrals import ReferralStatus


def met(connection: Connection, row: Record, by: Actor) -> Record:
    """The locked referral as it stands then; nothing changes where contact is on record already."""
    if row["status"] != ReferralStatus.ACCEPTED or row["first_contact_at"] is not None:
        return row
    marked_for = access.marked_for(Act.RECORD_CONTACT, by.party)
    return move(connection, row, Act.RECORD_CONTACT, Actor(by.party, by.subject, marked_for))
