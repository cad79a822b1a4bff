"""Pages on which people ask an organization for help themselves, and the form they fill in."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from shared.schemas.needs import NeedCategory
from shared.schemas.strict import Answer, Flag, Line, Request, Text

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9\-]{0,58}[a-z0-9])?$")]
"""The page's own part of its address, as it may stand on a poster."""
Offered = Annotated[
    list[NeedCategory],
    Field(max_length=len(NeedCategory), description="What people may ask for; empty: anything"),
]
Phone = Annotated[Line, StringConstraints(pattern=r"^(\D*\d){7,15}\D*$", max_length=40)]
"""However it is written, it has 7 to 15 digits (ITU-T E.164)."""
Email = Annotated[
    Line,
    StringConstraints(
        pattern=r"^[^@\s<>,;:\"]{1,64}@[^@\s<>,;:\"]+\.[^@\s<>,;:\"]+$", max_length=190
    ),
]
"""One address, as cases takes it."""
Speaks = Literal["en", "es", "ht", "fr", "pt", "zh", "vi", "tl", "ar", "ru", "ko"]


class NewHelpPage(Request):
    """Its address, `/help/{slug}`, never changes: it may stand in print."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "slug": "harbor-helpers",
                    "name": "Harbor Helpers",
                    "categories": ["food", "housing"],
                }
            ]
        }
    )

    slug: Slug
    name: Annotated[Line, Field(description="Who is asked for help, as people know it")]
    categories: Offered = Field(default=[])
    active: Flag = True


class HelpPageChange(Request):
    """What is left out stays. A page that is not active answers like one that never was."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"active": False}]})

    name: Line | None = None
    categories: Offered | None = None
    active: Flag | None = None


class HelpPage(Answer):
    id: UUID
    slug: str
    name: str
    categories: list[NeedCategory]
    active: bool
    version: int
    created_at: datetime


class HelpForm(Request):
    """What a person writes who asks for help. They are reached only where they say that it is safe."""

    given_name: Line
    family_name: Line
    phone: Phone | None = None
    email: Email | None = None
    safe: Literal["yes"]
    speaks: Speaks
    category: NeedCategory
    words: Annotated[Text, StringConstraints(max_length=2000)] | None = None
    nonce: UUID

    @model_validator(mode="after")
    def _can_be_reached(self) -> "HelpForm":
        if self.phone is None and self.email is None:
            raise ValueError("a telephone number or an e-mail address is needed")
        return self
