"""Errors of the cases service."""

from shared.errors import Conflict, Denial

ABSENT = "There is no such record."
"""The one detail of every 404: absent, foreign and restricted must not be told apart."""


class PossibleDuplicate(Conflict):
    """Somebody very like this is on record: name them in `not_duplicate_of`, or use that record."""

    type, title = "possible-duplicate", "This client may be on record already"


class ConsentMissing(Denial, Conflict):
    """No consent in force covers this recipient and these classes; `missing` names the classes."""

    type, title = "consent-missing", "The client has not agreed to this disclosure"


class AgreementExpired(Denial, Conflict):
    """There was an agreement with this partner, and none is in force: nothing new is disclosed."""

    type, title = "agreement-expired", "No agreement with this partner is in force"


class ClosureBlocked(Conflict):
    """`guards` are the codes of what is unfinished; those in `overridable` take a reason."""

    type, title = "closure-blocked", "Something is unfinished"


class SameAuthor(Conflict):
    """Who wrote or proposed it may not approve it."""

    type, title = "same-author", "Somebody else must approve this"


class Incomplete(Conflict):
    """Something required is missing; `missing` names it by code."""

    type, title = "incomplete", "Something is missing"


class NobodyForIntake(Conflict):
    """No active member of staff has a role that takes inquiries."""

    type, title = "nobody-for-intake", "Nobody here takes inquiries"
