"""What a provider's page sends: a form for each thing they say, read as strictly as JSON."""

from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    model_validator,
)

from services.referrals.lifecycle.reasons import Reason
from services.referrals.lifecycle.transitions import Act
from services.referrals.schemas.days import ComingDay
from services.referrals.schemas.receivers import Email
from shared.schemas.strict import Day, Line, Request, Text

Refuses = Literal[
    Reason.NO_CAPACITY,
    Reason.NOT_ELIGIBLE,
    Reason.OUT_OF_AREA,
    Reason.SERVICE_ENDED,
    Reason.LANGUAGE_BARRIER,
    Reason.NO_FUNDS,
    Reason.INSUFFICIENT_INFORMATION,
    Reason.OTHER,
]
Fails = Literal[
    Reason.COULD_NOT_CONTACT,
    Reason.NO_SHOW,
    Reason.CLIENT_DECLINED,
    Reason.CLIENT_NO_LONGER_NEEDS,
    Reason.NEEDS_MET_ELSEWHERE,
    Reason.NOT_ELIGIBLE,
    Reason.MISSING_DOCUMENTS,
    Reason.NO_CAPACITY,
    Reason.MOVED,
    Reason.OTHER,
]

REFUSES: tuple[Reason, ...] = get_args(Refuses)
FAILS: tuple[Reason, ...] = get_args(Fails)

Taps = Literal[Act.ACCEPT, Act.RECORD_CONTACT, Act.START, Act.RESUME, Act.CONFIRM_WITHDRAWAL]
SIMPLE: tuple[Act, ...] = get_args(Taps)


class Simple(Request):
    """What takes one tap."""

    act: Taps


class _Reasoned(Request):
    note: Text | None = None

    @model_validator(mode="after")
    def _other_needs_a_note(self) -> "_Reasoned":
        if getattr(self, "reason", None) is Reason.OTHER and self.note is None:
            raise ValueError("the reason `other` needs a note")
        return self


class Decline(_Reasoned):
    act: Literal[Act.DECLINE]
    reason: Refuses
    retry_on: Annotated[ComingDay | None, Field(description="When to try again")] = None


class ReportNotServed(_Reasoned):
    act: Literal[Act.REPORT_NOT_SERVED]
    reason: Fails


class ReportServed(Request):
    act: Literal[Act.REPORT_SERVED]
    provided: Annotated[Text, Field(description="What was provided; kept encrypted")]
    served_on: Annotated[Day, Field(description="Not in the future")]


class Hold(Request):
    act: Literal[Act.HOLD]
    until: Annotated[ComingDay, Field(description="When it is looked at again")]


class AskQuestion(Request):
    act: Literal[Act.ASK_QUESTION]
    text: Annotated[Text, Field(description="About the request; kept encrypted")]


Response = Annotated[
    Simple | Decline | ReportNotServed | ReportServed | Hold | AskQuestion,
    Field(discriminator="act"),
]
RESPONSE: TypeAdapter[Any] = TypeAdapter(Response)


def without_spaces(value: Any) -> Any:
    return "".join(value.split()) if isinstance(value, str) else value


class Code(Request):
    """The six digits that were sent. Spaces between them are forgiven."""

    code: Annotated[
        str,
        BeforeValidator(without_spaces),
        StringConstraints(pattern="^[0-9]{6}$"),
    ]


CODE: TypeAdapter[Code] = TypeAdapter(Code)


class NewInvitation(Request):
    """A contact of the receiver's, or an address; neither: the receiver's own."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "rosa@pantry.example", "name": "Rosa"}]}
    )

    contact_id: UUID | None = None
    email: Email | None = None
    name: Annotated[Line | None, Field(description="Whose address it is")] = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "NewInvitation":
        if self.contact_id is not None and (self.email is not None or self.name is not None):
            raise ValueError("name a contact or an address, not both")
        if self.name is not None and self.email is None:
            raise ValueError("a name needs its address")
        return self
