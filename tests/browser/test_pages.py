"""The HTML pages in a real browser: accessible, legible on a small screen, silent on the network.

Run by `make test-browser`; CHROMIUM names the browser when it is not on PATH as `chromium`.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from cards import everything, with_findings
from playwright.sync_api import sync_playwright
from program import spawn

from panel.render.html import render_html
from panel.resources import folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

EXAMPLES = ("heygen-interactive-avatar-sdk-v3", "smolvlm2")
MADE_UP = {"everything": everything, "with-findings": with_findings}
PROGRAMS = ("comparison", "evaluation", "audit", "batch")
each_page = pytest.mark.parametrize("name", [*EXAMPLES, *PROGRAMS, *MADE_UP])
each_scheme = pytest.mark.parametrize("scheme", ["light", "dark"])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium for the session."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not program:
        pytest.fail("no Chromium found; install Debian's package chromium, or name it in CHROMIUM")
    with sync_playwright() as playwright:
        # Chromium's own sandbox does not start for root, and the pages are ours.
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the pages: the program's on examples, and made-up cards with every block there is."""
    home = tmp_path_factory.mktemp("pages")
    examples = {name: folder("examples") / f"{name}.yaml" for name in EXAMPLES}
    commands: dict[str, tuple[str | Path, ...]] = {
        name: ("review", example) for name, example in examples.items()
    }
    commands["comparison"] = ("compare", *examples.values())
    commands["evaluation"] = ("eval", "run", "authored", "--canary")
    commands["audit"] = ("eval", "audit", "authored")
    commands = {name: (*command, "--no-ledger") for name, command in commands.items()}
    broken = home / "broken.jsonl"
    broken.write_text('{"naem": "x"}\n', "utf-8")
    commands["batch"] = ("batch", "run", *examples.values(), broken, "--db", home / "ledger.db")
    statuses = {"batch": 2, "audit": 100}
    for name, command in commands.items():
        out = home / f"{name}.html"
        done = spawn(*command, "--format", "html", "--out", out, cwd=home)
        assert done.returncode == statuses.get(name, 0), done.stderr
    for name, build in MADE_UP.items():
        (home / f"{name}.html").write_text(render_html(build()), encoding="utf-8")
    return {page.stem: page for page in home.glob("*.html")}


@pytest.fixture
def open_page(browser: Browser, pages: dict[str, Path], name: str) -> Iterator[Opener]:
    """Return what opens the page; its windows close after the test."""
    opener = Opener(browser, pages[name].as_uri())
    yield opener
    opener.close()


class Opener:
    """Opens one address, each time in a window of its own."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._contexts: list[BrowserContext] = []

    def __call__(
        self, *, width: int = 1280, scheme: Literal["light", "dark"] = "light", policed: bool = True
    ) -> Page:
        """Open the page.

        Args:
            width: of the window, in CSS pixels.
            scheme: the colour scheme the reader prefers.
            policed: hold the page to its own content policy; a tool that runs a script in it cannot.
        """
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=not policed
        )
        self._contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.url)
        return page

    def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()


@each_page
@each_scheme
def test_page_has_no_accessibility_violation(open_page: Opener, scheme: Literal["light", "dark"]) -> None:
    """Axe finds nothing to object to, in light and in dark."""
    results = Axe().run(open_page(scheme=scheme, policed=False))
    assert results.response["passes"]
    assert not results.violations_count, results.generate_report()


@each_page
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_page_never_scrolls_sideways(open_page: Opener, width: int) -> None:
    """The page is as wide as the window, down to the 320 pixels of WCAG 2.2, 1.4.10."""
    page = open_page(width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@each_page
def test_page_asks_for_nothing_and_complains_of_nothing(open_page: Opener) -> None:
    """The only request is the one for the page, and the console stays empty."""
    page = open_page()
    page.wait_for_load_state("networkidle")
    assert open_page.requests == [open_page.url]
    assert open_page.complaints == []


@each_page
@each_scheme
def test_page_takes_the_reader_s_colours(open_page: Opener, scheme: Literal["light", "dark"]) -> None:
    """Paper is light for who prefers light, and dark for who prefers dark."""
    page = open_page(scheme=scheme)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    channels = [int(part) for part in paper.removeprefix("rgb(").removesuffix(")").split(",")]
    assert (sum(channels) / 3 > 128) == (scheme == "light")
