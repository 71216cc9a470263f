"""A whole evoweb, started as a person starts it, and what people do in its pages.

Every journey has runs of its own and leaves nothing that works: all of them share one system.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.supervisor.conftest import Supervisor

UNDO_SECONDS = 3  # long enough to take an answer back on a busy machine
PASSWORD = "a long enough password"
CIRCLES = "circle-packing-26-circles"
PARABOLA = "parabola-eight-constants"
CART = "cart-to-the-mark-two-files"


@dataclass
class System:
    """Broker, web, workers and ticker on a home of their own."""

    home: Path
    port: int
    password: str = ""
    _supervisor: Supervisor | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """As `make run` does. The first time it says a password."""
        command = ("-m", "evoweb.supervisor", "--home", str(self.home), "--port", str(self.port))
        self._supervisor = Supervisor(self.home, *command, EVOWEB_UNDO_SECONDS=str(UNDO_SECONDS))
        self._supervisor.until_said("evoweb is ready")
        if told := re.search(r"password: (\S+)", self._supervisor.said):
            self.password = told[1]

    def kill(self) -> None:
        """SIGKILL to all of it at once: the supervisor, every program, every sandbox."""
        assert self._supervisor is not None
        self._supervisor.clean_up()


def sign_in(page: Page, system: System, name: str, password: str = PASSWORD) -> None:
    page.goto(f"{system.url}/sign-in")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def link_for(admin: Page, slug: str, role: str) -> str:
    """An admin of the project makes an invitation, and copies its link."""
    admin.goto(f"/projects/{slug}/members/")
    admin.get_by_role("radio", name=role).check()
    admin.get_by_role("button", name="Make a link").click()
    return admin.get_by_label("The link").input_value()


def join(page: Page, link: str, name: str) -> None:
    """Somebody without an account opens the link and makes one."""
    page.goto(link)
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Make the account and join").click()
    expect(page.get_by_text("Welcome to")).to_be_visible()


def browser_of(browser: Browser, system: System, **options: Any) -> BrowserContext:
    """Another person's browser, or the same person's on another machine."""
    context: BrowserContext = browser.new_context(base_url=system.url, **options)
    return context


def started(page: Page, slug: str, mode: str = "gate-only", candidates: int = 6) -> str:
    """Start a run as its form lets a person do. Its address."""
    page.goto(f"/projects/{slug}/runs/new")
    page.get_by_label("Candidates").fill(str(candidates))
    page.get_by_label("Rounds at a time").fill("1")
    page.get_by_label("Mode", exact=True).select_option(mode)
    page.get_by_role("button", name="Start the run").click()
    expect(page.get_by_text("The seed is measured first.")).to_be_visible()
    return page.url.removesuffix("/").partition("/projects/")[2].join(("/projects/", "/"))


def gates(page: Page, run: str, count: int) -> list[str]:
    """The addresses of the first gates of a run about proposals, as soon as so many wait.

    Beside them a candidate may wait to be promoted that was measured when the run's mode changed.
    """
    page.goto(run)
    links = page.locator("#side a[href^='/queue/'][href$='/']").filter(has_text="stand and be measured?")
    expect(links.nth(count - 1)).to_be_visible()
    return [link.get_attribute("href") or "" for link in links.all()[:count]]


def candidate_of(page: Page) -> str:
    """The address of the candidate that a gate is about."""
    return page.locator(".lead").get_by_role("link", name=re.compile("candidate")).get_attribute("href") or ""


def answer(page: Page, gate: str, button: str, said: str, reason: str = "") -> str:
    """Answer a gate with one of its buttons. The address of the candidate that it was about."""
    page.goto(gate)
    about = candidate_of(page)
    page.get_by_label("Reason", exact=True).fill(reason)
    page.get_by_role("button", name=button).click()
    expect(note(page, said)).to_be_visible()
    return about


def measured(page: Page) -> Locator:
    """How many candidates of a run were measured."""
    return page.get_by_role("progressbar", name="Candidates measured")


def abort(page: Page, run: str) -> None:
    """End a run that a journey does not need any more."""
    page.goto(run)
    page.get_by_text("End the run", exact=True).click()
    page.get_by_label("Reason", exact=True).fill("the journey ends here")
    page.get_by_label("to confirm").fill(f"run {run.rstrip('/').rpartition('/')[2]}")
    page.get_by_role("button", name="Abort the run").click()
    expect(page.get_by_text("Aborted.")).to_be_visible()


def note(page: Page, words: str) -> Locator:
    """What the page says about what was just done."""
    return page.locator(".note").filter(has_text=words)


def log(page: Page, slug: str) -> list[dict[str, Any]]:
    """The project's log, as an auditor takes it away."""
    answer = page.request.get(f"/projects/{slug}/log/export.jsonl")
    assert answer.ok
    return [json.loads(line) for line in answer.text().splitlines()]
