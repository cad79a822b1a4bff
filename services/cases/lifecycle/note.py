"""The life of a note: drafted, signed, cosigned where needed, locked; then only added to."""

from enum import StrEnum


class NoteStatus(StrEnum):
    DRAFT = "draft"
    COSIGN_REQUESTED = "cosign_requested"
    SIGNED = "signed"
    COSIGNED = "cosigned"
    LOCKED = "locked"


class NoteAction(StrEnum):
    EDIT = "edit"
    SIGN = "sign"
    REQUEST_COSIGN = "request_cosign"
    COSIGN = "cosign"
    RETURN = "return"
    LOCK = "lock"


S, A = NoteStatus, NoteAction
TRANSITIONS: dict[tuple[NoteStatus, NoteAction], NoteStatus] = {
    (S.DRAFT, A.EDIT): S.DRAFT,
    (S.DRAFT, A.SIGN): S.SIGNED,
    (S.DRAFT, A.REQUEST_COSIGN): S.COSIGN_REQUESTED,
    (S.COSIGN_REQUESTED, A.COSIGN): S.COSIGNED,
    (S.COSIGN_REQUESTED, A.RETURN): S.DRAFT,
    (S.SIGNED, A.LOCK): S.LOCKED,
    (S.COSIGNED, A.LOCK): S.LOCKED,
}
FIRM = frozenset({S.SIGNED, S.COSIGNED, S.LOCKED})
"""Its words stand; what is missing goes into an addendum."""
