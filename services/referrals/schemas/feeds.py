"""A calendar feed's address."""

from typing import Annotated

from pydantic import Field

from shared.schemas.strict import Answer


class Feed(Answer):
    """`url` is shown this once: it is kept only as a hash. Whoever has it can read the feed."""

    url: Annotated[str, Field(description="For a calendar program to subscribe to")]


class Revoked(Answer):
    revoked: bool
