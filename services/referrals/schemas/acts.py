"""The bodies of the actions on a referral."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue, model_validator

from services.referrals.lifecycle.loop import Said
from services.referrals.lifecycle.reasons import Reason
from services.referrals.schemas.days import ComingDay
from shared.schemas.strict import Answer, Day, Int, Line, Request, Text

Declines = Literal[
    Reason.NO_CAPACITY,
    Reason.NOT_ELIGIBLE,
    Reason.OUT_OF_AREA,
    Reason.SERVICE_ENDED,
    Reason.INSUFFICIENT_INFORMATION,
    Reason.SAFETY_EXCLUSION,
    Reason.NO_FUNDS,
    Reason.LANGUAGE_BARRIER,
    Reason.CLIENT_DECLINED,
    Reason.CLIENT_NO_LONGER_NEEDS,
    Reason.NEEDS_MET_ELSEWHERE,
    Reason.COULD_NOT_CONTACT,
    Reason.NO_SHOW,
    Reason.MISSING_DOCUMENTS,
    Reason.TRANSPORT_BARRIER,
    Reason.COST_BARRIER,
    Reason.MOVED,
    Reason.HOSPITALISED_OR_INCARCERATED,
    Reason.DECEASED,
    Reason.OTHER,
]
Withdraws = Literal[
    Reason.CLIENT_DECLINED,
    Reason.CLIENT_NO_LONGER_NEEDS,
    Reason.NEEDS_MET_ELSEWHERE,
    Reason.MOVED,
    Reason.HOSPITALISED_OR_INCARCERATED,
    Reason.DECEASED,
    Reason.DUPLICATE,
    Reason.SENT_IN_ERROR,
    Reason.OTHER,
]
Retry = Annotated[ComingDay | None, Field(description="When to try again there")]
Note = Annotated[Text | None, Field(description="Free text, kept encrypted")]


def example(**values: JsonValue) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [values]})


class Noted(Request):
    """An action that needs no more than an optional note."""

    model_config = example(note="Called on Monday.")

    note: Note = None


class Comment(Request):
    model_config = example(note="Please name the class of data the shelter really needs.")

    note: Text


class NewSending(Request):
    model_config = example(duplicate_reason="Two pantries: each gives a few days' food")

    duplicate_reason: Annotated[
        Line | None, Field(description="Why, in spite of a live referral for the same")
    ] = None


class _Reasoned(Request):
    note: Note = None

    @model_validator(mode="after")
    def _other_needs_a_note(self) -> "_Reasoned":
        if getattr(self, "reason", None) is Reason.OTHER and self.note is None:
            raise ValueError("the reason `other` needs a note")
        return self


class Decline(_Reasoned):
    model_config = example(reason="no_capacity", retry_on="2026-12-15")

    reason: Declines
    retry_on: Retry = None


class NotServed(_Reasoned):
    model_config = example(reason="no_show", note="Two appointments were missed.")

    reason: Declines
    retry_on: Retry = None


class Withdrawal(_Reasoned):
    model_config = example(reason="needs_met_elsewhere")

    reason: Withdraws


class Hold(_Reasoned):
    model_config = example(reason="no_capacity", until="2026-12-15", position=4)

    reason: Declines
    until: Annotated[Day, Field(description="The review date, within a year")]
    position: Annotated[Int | None, Field(description="Place on the waiting list")] = None


class Waitlist(_Reasoned):
    """Accepted, but not yet: with a review date, and a position where there is one."""

    model_config = example(until="2026-12-15", position=4)

    until: Annotated[Day, Field(description="The review date, within a year")]
    position: Annotated[Int | None, Field(description="Place on the waiting list")] = None
    reason: Declines = Reason.NO_CAPACITY


class Acceptance(Request):
    """`waitlist`: straight onto the waiting list, where no place is taken."""

    model_config = example(note="Come on Monday.")

    note: Note = None
    waitlist: Waitlist | None = None


class Served(Request):
    model_config = example(provided="Four weeks of groceries", served_on="2026-11-20")

    provided: Annotated[Text, Field(description="What was provided; kept encrypted")]
    served_on: Annotated[Day, Field(description="Not in the future")]


class Ask(Request):
    model_config = example(channel="link")

    channel: Annotated[
        Literal["link", "phone"],
        Field(description="`link` returns an answer link to hand over; `phone` records a call"),
    ]


class ClientAnswer(Request):
    """The client's word. `helped` is how much it helped, 1 (not at all) to 5 (a lot)."""

    model_config = example(answer="yes", helped=5)

    answer: Literal[Said.YES, Said.PARTLY, Said.NO, Said.NOT_YET]
    helped: Annotated[int | None, Field(strict=True, ge=1, le=5)] = None


class NewAnswerLink(Request):
    model_config = example(language="es")

    language: Annotated[
        Literal["en", "es"] | None, Field(description="Of its pages; else the browser's")
    ] = None


class AnswerLink(Answer):
    """`answer_url` is shown this once: it is kept only as a hash."""

    answer_url: str
    expires_at: datetime


class WrittenAnswer(ClientAnswer):
    """The client's word as a worker heard it; marked as written down by them."""

    model_config = example(answer="partly", said_by="client", channel="phone")

    said_by: Literal["client", "proxy"] = "client"
    channel: Literal["phone", "in_person", "letter"] = "phone"


class StopAsking(Request):
    """After three spaced tries, or because the client cannot be asked."""

    model_config = example(cannot_ask="refused")

    cannot_ask: Literal["deceased", "contact_prohibited", "refused"] | None = None
    note: Note = None


class Resolution(Request):
    """`not_referred_again` says why, unless a new referral already follows this one."""

    model_config = example(
        note="The pantry had served another person of the same name.",
        not_referred_again="The client found food with her sister.",
    )

    note: Annotated[Text, Field(description="What was learned; kept encrypted")]
    not_referred_again: Line | None = None
