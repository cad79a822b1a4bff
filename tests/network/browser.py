"""Headless Chromium as a person behind a link uses it: no script, no account, one tap after another."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.browser.visiting import NAMES, OPTIONS, Site, Visit


class NoBrowser(Exception):  # noqa: N818 - named for what is missing
    """Chromium is not installed."""


@dataclass
class Window:
    """What one person sees and taps. `status` is that of the page before them."""

    page: Page
    status: int

    async def tap(self, selector: str) -> None:
        async with self.page.expect_navigation() as arriving:
            await self.page.locator(selector).first.click()
        arrived = await arriving.value
        self.status = arrived.status

    async def fill(self, selector: str, value: str) -> None:
        await self.page.locator(selector).fill(value)

    async def says(self) -> str:
        return await self.page.locator("body").inner_text()

    async def source(self) -> str:
        """All of it, also what is not shown."""
        return await self.page.content()


class Visitors:
    """Whoever opens a link, one after the other. Nothing is kept between two visits: no cookie is set."""

    def __init__(self, opened: Visit) -> None:
        self._opened = opened
        self.visits = 0

    @asynccontextmanager
    async def visit(self, url: str) -> AsyncIterator[Window]:
        assert url.startswith(self._opened.origin), "a link leads elsewhere"
        status = await self._opened.open(url.removeprefix(self._opened.origin))
        yield Window(self._opened.page, status)
        assert await self._opened.page.context.cookies() == []
        self.visits += 1


@asynccontextmanager
async def visitors(browser: Browser, origin: str, pictures: Path) -> AsyncIterator[Visitors]:
    """They share one window: opening ninety takes longer than all that is done in them."""
    async with Site(origin, browser, pictures).visit() as opened:
        yield Visitors(opened)


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Raises NoBrowser where there is none."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise NoBrowser(
            "Chromium is needed for the pages behind links (Debian: apt install chromium)."
        )
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        await browser.close()
