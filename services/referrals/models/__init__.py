"""Tables of the referrals database."""

from services.referrals.models.gaps import gap
from services.referrals.models.links import (
    access_code,
    answer_link,
    calendar_feed,
    help_page,
    message,
    receiver_link,
)
from services.referrals.models.metadata import deadline, metadata
from services.referrals.models.receivers import (
    calendar,
    capacity,
    receiver,
    receiver_contact,
    wait,
)
from services.referrals.models.referrals import (
    appointment,
    attestation,
    hand_off,
    history,
    packet,
    question,
    referral,
    referral_group,
)
from services.referrals.models.relations import case_relation, need_relation, staff_relation
from services.referrals.models.webhooks import webhook, webhook_delivery

__all__ = [
    "access_code",
    "answer_link",
    "appointment",
    "attestation",
    "calendar",
    "calendar_feed",
    "capacity",
    "case_relation",
    "deadline",
    "gap",
    "hand_off",
    "help_page",
    "history",
    "message",
    "metadata",
    "need_relation",
    "packet",
    "question",
    "receiver",
    "receiver_contact",
    "receiver_link",
    "referral",
    "referral_group",
    "staff_relation",
    "wait",
    "webhook",
    "webhook_delivery",
]
