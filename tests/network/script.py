"""The words in which scenarios are written: who does what, in which order, and how it ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Reach = Literal["mail", "mail in Spanish", "text", "phone", "never"]
"""How a client may be asked: `phone` means a worker calls, `never` that nobody may."""


@dataclass(frozen=True, slots=True)
class Step:
    """`details` are the action's own, and of these:

    `at`: whose referral, where there are several (`corner`, `harbour rooms`); else the last one made.
    `refused`: what the answer is instead.
    `at_once`: the next step follows before any worker of the services works.
    """

    who: str
    action: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One client's story. `ends`: status and loop of each referral, in the order they were made."""

    title: str
    steps: tuple[Step, ...]
    ends: tuple[tuple[str, str], ...]
    reach: Reach = "mail"
    needs: tuple[str, ...] = ("food",)
    owner: Literal["worker", "entry"] = "worker"

    @property
    def providers(self) -> list[str]:
        """Every listing that it names."""
        named = [step.details.get("at", ()) for step in self.steps]
        return [key for at in named for key in ([at] if isinstance(at, str) else at)]


def worker(action: str, **details: Any) -> Step:
    """The sender's case manager; of what is the receiver's, they write down what the receiver told them."""
    return Step("worker", action, details)


def entry(action: str, **details: Any) -> Step:
    """A case manager whose sending a supervisor approves."""
    return Step("entry", action, details)


def supervisor(action: str, **details: Any) -> Step:
    return Step("supervisor", action, details)


def admin(action: str, **details: Any) -> Step:
    return Step("admin", action, details)


def provider(action: str, **details: Any) -> Step:
    """With their account, or on the pages behind their link."""
    return Step("provider", action, details)


def client(action: str, **details: Any) -> Step:
    """On the pages behind their link."""
    return Step("client", action, details)


def wait(days: float) -> Step:
    return Step("time", "wait", {"days": days})


def sent(at: str, **details: Any) -> tuple[Step, Step]:
    """A worker drafts a referral to this provider, and sends it."""
    return worker("draft", at=at, **details), worker("send")


def served(at: str) -> tuple[Step, ...]:
    """Sent, accepted, and reported as done."""
    return *sent(at), provider("accept"), provider("report_served")
