"""The safe-contact policy: how a client may be reached, decided in one place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.schemas.disclosures import ContactDecision


@dataclass(frozen=True)
class Policy:
    """What was agreed with the client about reaching them."""

    language: str
    deceased: bool
    contact_prohibited: bool
    contact_refused: bool
    not_at_home: bool
    leave_message: bool


@dataclass(frozen=True)
class Channel:
    kind: str
    value: str
    safe: bool
    at_home: bool
    confidential: bool


def policy_of(client: dict[str, Any]) -> Policy:
    return Policy(
        language=client["language"],
        deceased=client["deceased_on"] is not None,
        contact_prohibited=client["contact_prohibited"],
        contact_refused=client["contact_refused"],
        not_at_home=client["not_at_home"],
        leave_message=client["leave_message"],
    )


def usable(policy: Policy, channels: Sequence[Channel]) -> list[Channel]:
    """The channels by which anybody may reach the client, in the order they were given."""
    if policy.deceased or policy.contact_prohibited:
        return []
    return [
        channel
        for channel in channels
        if channel.safe
        and not channel.confidential
        and not (channel.at_home and policy.not_at_home)
    ]


def decide(policy: Policy, channels: Sequence[Channel]) -> ContactDecision:
    """How to ask the client whether they got help: e-mail before a call, or why not at all."""
    refusals = {
        "deceased": policy.deceased,
        "contact_prohibited": policy.contact_prohibited,
        "refused": policy.contact_refused,
    }
    for reason, holds in refusals.items():
        if holds:
            return ContactDecision(channel="none", language=policy.language, reason=reason)
    safe = usable(policy, channels)
    for kind in ("email", "phone"):
        for channel in safe:
            if channel.kind == kind:
                return ContactDecision(
                    channel=kind, address=channel.value, language=policy.language
                )
    return ContactDecision(channel="none", language=policy.language, reason="no_safe_channel")


def for_packet(policy: Policy, channels: Sequence[Channel]) -> dict[str, Any]:
    """The contact fields a receiver may have: safe channels, and how to use them."""
    fields: dict[str, Any] = {}
    for channel in usable(policy, channels):
        fields.setdefault(channel.kind, []).append(channel.value)
    if fields:
        fields["leave_message"] = policy.leave_message
    return fields
