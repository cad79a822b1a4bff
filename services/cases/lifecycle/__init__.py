"""Pure rules: what may follow what, for each thing that has a state."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


def actions_from(transitions: Mapping[tuple[S, A], S], status: S) -> list[A]:
    """What may be done in `status`, in the table's order."""
    return [action for (start, action) in transitions if start is status]
