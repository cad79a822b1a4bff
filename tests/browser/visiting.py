"""Visiting our pages with Chromium: without scripts as people may, with scripts to have them examined."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # has no types
from fastapi import FastAPI
from playwright.async_api import Browser, Page, Request, Response, async_playwright

from tests.conftest import missing
from tests.processes import free_ports

NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NARROWEST, PHONE, DESKTOP = (320, 640), (390, 844), (1280, 800)
HEAVIEST = 50_000
"""Bytes of one page with everything it fetches: a slow connection must do."""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
TOO_SMALL = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea')]
    .map(e => (e.type == 'radio' ? e.closest('label') : e).getBoundingClientRect())
    .filter(box => box.height < 44 || box.width < 24).length"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Visit:
    """One window of somebody's, which forgets nothing of what was fetched."""

    page: Page
    origin: str
    fetched: list[Response] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)

    def saw(self, request: Request) -> None:
        self.asked.append(request)

    def heard(self, response: Response) -> None:
        self.fetched.append(response)

    async def open(self, path: str) -> int:
        """The status of the page; `path` is that of a link."""
        response = await self.page.goto(self.origin + path)
        assert response is not None
        return response.status

    async def tap(self, name: str) -> None:
        """A button or a link, by what it says."""
        button = self.page.get_by_role("button", name=name, exact=True)
        link = self.page.get_by_role("link", name=name, exact=True)
        async with self.page.expect_navigation():
            await button.or_(link).first.click()

    async def says(self) -> str:
        return await self.page.locator("body").inner_text()

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.origin)

    @property
    def elsewhere(self) -> set[str]:
        """What was asked of anybody but us."""
        return {r.url for r in self.asked if not r.url.startswith(self.origin)}


@dataclass
class Site:
    """One application as browsers reach it."""

    origin: str
    browser: Browser
    pictures: Path

    @asynccontextmanager
    async def visit(self, size: tuple[int, int] = PHONE, **window: Any) -> AsyncIterator[Visit]:
        """Without scripts, unless the window is told otherwise."""
        width, height = size
        context = await self.browser.new_context(
            **{
                "java_script_enabled": False,
                "locale": "en-US",
                "viewport": {"width": width, "height": height},
                **window,
            }
        )
        try:
            visit = Visit(await context.new_page(), self.origin)
            visit.page.on("response", visit.heard)
            visit.page.on("request", visit.saw)
            yield visit
            assert visit.elsewhere == set()
        finally:
            await context.close()

    async def examine(self, path: str, name: str) -> None:
        """No barrier that axe-core knows, nothing cut off or too small to tap, and light enough."""
        await self._weigh(path)
        for scheme in ("light", "dark"):
            for size in (NARROWEST, PHONE, DESKTOP):
                scripts = {"java_script_enabled": True, "bypass_csp": True, "color_scheme": scheme}
                async with self.visit(size, **scripts) as visit:
                    await visit.open(path)
                    await examine(visit.page, f"{name} {scheme} {size}")
                    picture = self.pictures / f"{name}-{scheme}-{size[0]}.png"
                    await visit.page.screenshot(path=picture, full_page=True)

    async def _weigh(self, path: str) -> None:
        async with self.visit() as visit:
            await visit.open(path)
            weight = sum([len(await response.body()) for response in visit.fetched])
            assert weight < HEAVIEST, f"{path} weighs {weight}"


async def examine(page: Page, name: str) -> None:
    """The page as it is shown now, in a window whose scripts and policy let axe-core run."""
    found = await Axe().run(page, options=RULES)
    barriers = [(b["id"], b["nodes"][0]["html"]) for b in found.response["violations"]]
    assert barriers == [], name
    assert await page.evaluate(OVERFLOW) == 0, f"{name} scrolls sideways"
    assert await page.evaluate(TOO_SMALL) == 0, f"{name} has something too small to tap"


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        missing("needs Chromium (Debian: apt install chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        await browser.close()


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The application over real HTTP; its origin."""
    (port,) = free_ports(1)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving
