"""A real browser before a really started web process, while another process writes records."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from factory import PASSWORD
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
PAGES = ["/", "/projects/", "/projects/parabola/", "/projects/parabola/runs/1/candidates/", "/queue/"]
CANDIDATE = "/projects/parabola/runs/1/candidates/2/"


@dataclass
class Site:
    """A web process on a port of its own, with a home of its own."""

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"EVOWEB_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "evoweb.settings"}

    def run(self, *arguments: str) -> str:
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True
        ).stdout

    def play(self, scene: str) -> dict[str, Any]:
        """Another process does something to the records."""
        return dict(json.loads(self.run("tests/pages/stage.py", scene)))

    def start(self) -> None:
        options = ["--host", "127.0.0.1", "--port", str(self.port), "--lifespan", "off", "--log-level", "warning"]
        command = [sys.executable, "-m", "uvicorn", "evoweb.asgi:application", *options]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment)
        deadline = time.monotonic() + 60
        while not self._answers():
            assert time.monotonic() < deadline, "the web process did not start within a minute"
            time.sleep(0.1)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)

    def _answers(self) -> bool:
        try:
            return bool(urllib.request.urlopen(f"{self.url}/sign-in", timeout=5).status == 200)
        except OSError:
            return False


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Site(tmp_path / "home", port)
    made.run("manage.py", "migrate", "--verbosity", "0")
    made.play("begin")
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ARGUMENTS, "headless": True}


@pytest.fixture
def errors(page: Page) -> list[str]:
    """What the browser complained of: scripts, blocked content, missing files."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("response", lambda response: found.append(response.url) if response.status >= 500 else None)
    return found


def sign_in(page: Page, site: Site, name: str = "alice") -> None:
    page.goto(f"{site.url}/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()


def test_the_project_page_follows_a_run(page: Page, site: Site, errors: list[str]) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/projects/parabola/")
    expect(page.locator("#live")).to_have_text("live")
    expect(page.locator("#state")).not_to_contain_text("42.5")
    site.play("better")
    expect(page.locator("#state")).to_contain_text("42.5")
    expect(page.locator("#candidates")).to_contain_text("inspired")
    site.play("gate")
    expect(page.locator("#side")).to_contain_text("stand and be measured?")
    assert errors == []


def test_nothing_is_swapped_from_under_a_reader(page: Page, site: Site, errors: list[str]) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/projects/parabola/")
    expect(page.locator("#live")).to_have_text("live")
    reason = page.get_by_label("Reason for the pause")
    reason.fill("half a rea")
    site.play("better")
    expect(page.locator("#state")).to_contain_text("42.5")
    expect(reason).to_have_value("half a rea")
    expect(reason).to_be_focused()
    assert errors == []


def test_a_page_catches_up_after_the_server_was_away(page: Page, site: Site) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/projects/parabola/")
    expect(page.locator("#live")).to_have_text("live")
    site.stop()
    expect(page.locator("#live")).to_have_text("reconnecting")
    site.play("better")
    site.start()
    expect(page.locator("#live")).to_have_text("live", timeout=20_000)
    expect(page.locator("#state")).to_contain_text("42.5")


def test_who_signed_out_elsewhere_is_told_and_keeps_the_page(page: Page, site: Site) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/projects/parabola/")
    expect(page.locator("#live")).to_have_text("live")
    other = page.context.new_page()
    other.goto(f"{site.url}/status")
    other.get_by_role("button", name="alice").click()
    other.get_by_role("button", name="Sign out").click()
    page.bring_to_front()
    site.play("better")
    expect(page.locator("#live")).to_have_text("signed out")
    expect(page.get_by_role("heading", name="Latest candidates")).to_be_visible()


def test_approving_and_rejecting_from_the_queue(page: Page, site: Site, errors: list[str]) -> None:
    first, second = site.play("gate")["gate"], site.play("gate")["gate"]
    sign_in(page, site, "bob")
    page.get_by_role("navigation").get_by_role("link", name="Queue").click()
    page.get_by_role("link", name="stand and be measured").first.click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved:")).to_be_visible()
    page.get_by_label("Reason").fill("it does nothing")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("Nothing waits for people.")).to_be_visible()
    assert site.play("states") == {str(first): "done", str(second): "refused"}
    assert errors == []


def test_everything_works_without_javascript(browser: Browser, site: Site) -> None:
    gate = site.play("gate")["gate"]
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, site)
    page.goto(f"{site.url}/queue/{gate}/")
    page.get_by_role("button", name="Approve").click()
    page.goto(f"{site.url}/projects/parabola/")
    page.get_by_label("Reason for the pause").fill("lunch")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#state")).to_contain_text("lunch")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Resumed.")).to_be_visible()


def test_a_phone_never_scrolls_sideways(browser: Browser, site: Site) -> None:
    gate = site.play("gate")["gate"]
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    sign_in(page, site)
    for path in [*PAGES, CANDIDATE, f"/queue/{gate}/"]:
        page.goto(f"{site.url}{path}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, f"{path} is {wide} px wide"


def test_every_page_keeps_to_the_content_security_policy(page: Page, site: Site, errors: list[str]) -> None:
    gate = site.play("gate")["gate"]
    sign_in(page, site)
    for path in [*PAGES, CANDIDATE, f"/queue/{gate}/"]:
        response = page.goto(f"{site.url}{path}")
        assert response is not None
        assert "default-src 'none'" in response.headers["content-security-policy"]
    assert errors == []


def test_the_keyboard_reaches_the_answer(page: Page, site: Site) -> None:
    gate = site.play("gate")["gate"]
    sign_in(page, site, "bob")
    page.goto(f"{site.url}/queue/{gate}/")
    seen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.name"))
    assert {"Skip to the content", "reason", "Approve", "Reject"} <= set(seen)
