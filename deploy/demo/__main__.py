"""`make demo`: tells the story against the running stack, and fails if anything is not as told."""

import asyncio
import json
import sys
from uuid import UUID

import httpx

from deploy.demo.story import Story
from deploy.demo.telling import NotAsTold
from deploy.issuer import Issuer
from deploy.state import State


class RunningStack:
    """Callers of the stack that `make run` brought up, with the development issuer's tokens."""

    def __init__(self, state: State) -> None:
        self._issuer = Issuer(state)
        self._urls = json.loads((state.directory / "endpoints.json").read_text())

    def client(
        self,
        service: str,
        role: str | None = None,
        organization: UUID | None = None,
        subject: UUID | None = None,
        name: str | None = None,
    ) -> httpx.AsyncClient:
        headers = self._issuer.headers(role, organization, subject, name)
        return httpx.AsyncClient(base_url=self._urls[service], headers=headers, timeout=30)


async def main() -> int:
    try:
        stack = RunningStack(State())
    except FileNotFoundError:
        print("The stack is not running: type `make run` in another terminal first.")
        return 1
    except PermissionError as error:
        print(error)
        return 1
    story = Story(stack, print)
    try:
        await story.tell()
    except (NotAsTold, httpx.HTTPError, KeyError) as error:
        print(f"\nNOT AS TOLD: {type(error).__name__}: {error}")
        return 1
    finally:
        if story.table:
            print_table(story.table)
    print("\nThe loop is closed: one need met by the client's own word, one dispute with an owner.")
    return 0


def print_table(rows: list[tuple[str, str, str, str]]) -> None:
    heading = ("need", "who", "status", "loop")
    widths = [max(len(row[i]) for row in (heading, *rows)) for i in range(4)]
    print()
    for row in (heading, tuple("-" * width for width in widths), *rows):
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
