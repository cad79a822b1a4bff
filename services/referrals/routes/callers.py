"""The callers that the routes distinguish, by scope."""

from typing import Annotated

from shared.auth import Principal, requires

Reader = Annotated[
    Principal, requires("referrals:read", "referrals:receive", "referrals:coordinate")
]
Writer = Annotated[Principal, requires("referrals:write")]
Receiving = Annotated[Principal, requires("referrals:receive", "referrals:write")]
"""The receiver's staff, or a worker who writes down for them."""
EitherSide = Annotated[Principal, requires("referrals:read", "referrals:receive")]
Inboxed = Annotated[Principal, requires("referrals:receive")]
Approver = Annotated[Principal, requires("referrals:approve")]
Sender = Annotated[Principal, requires("referrals:send")]
Registering = Annotated[Principal, requires("receivers:write", "referrals:write")]
Counting = Annotated[Principal, requires("receivers:write", "referrals:write", "referrals:receive")]
Admin = Annotated[Principal, requires("organization:write")]
Reporting = Annotated[Principal, requires("reports:read")]
Scored = Annotated[Principal, requires("reports:read", "referrals:receive")]
"""Whoever reports on the organization, and a receiver for its own scorecard."""
