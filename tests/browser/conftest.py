"""Debian's Chromium, driven by Playwright, against a running stack with a small market in it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from journeys import write_market
from playwright.sync_api import Browser, Page, expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local_stack import RunningStack

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SECONDS = 30_000


@pytest.fixture(scope="module")
def chromium(skip_or_fail: Callable[[str], None]) -> Iterator[Browser]:
    """The system's browser; nothing is downloaded."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        skip_or_fail("no Chromium on this machine (Debian: apt-get install chromium)")
    expect.set_options(timeout=SECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS, timeout=120_000)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def market(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> RunningStack:
    """The stack with a small market that has been matched."""
    files = write_market(tmp_path_factory.mktemp("market"), "browser", offers=120, demands=30, seed=6)
    stack.import_file(files.parties, "parties")
    stack.import_file(files.offers, "offers")
    stack.import_file(files.demands, "demands")
    stack.wait_until_quiet()
    return stack


@pytest.fixture(scope="module")
def staff_key(market: RunningStack) -> str:
    """A staff key, as the operator makes one."""
    return market.key("staff")


@pytest.fixture
def open_page(chromium: Browser, market: RunningStack) -> Iterator[Callable[..., Page]]:
    """A page in a browser of its own. A message on the console, or an error on the page, fails the test."""
    contexts = []
    complaints: list[str] = []

    def make(
        *, locale: str = "zh-CN", width: int = 1280, height: int = 900, expecting: str = "", **options: Any
    ) -> Page:
        def note(text: str) -> None:
            if not expecting or expecting not in text:
                complaints.append(text)

        context = chromium.new_context(
            base_url=market.gateway, locale=locale, viewport={"width": width, "height": height}, **options
        )
        context.set_default_timeout(SECONDS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: note(str(error)))
        page.on("console", lambda said: note(said.text) if said.type in {"error", "warning"} else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def log_in(staff_key: str) -> Callable[[Page], Page]:
    """Log a page in by the form."""

    def enter(page: Page) -> Page:
        page.goto("/")
        page.get_by_label("密钥").or_(page.get_by_label("Password or key")).fill(staff_key)
        page.locator("main button[type=submit]").click()
        expect(page).to_have_url("/")
        return page

    return enter
