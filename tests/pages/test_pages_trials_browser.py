"""A trial in a real browser, run by a real worker process that is killed in the middle."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from website import ROOT, Site, sign_in

pytestmark = pytest.mark.browser


class Worker:
    """The process that runs trials."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.start()

    def start(self) -> None:
        command = [sys.executable, str(Path(__file__).parent / "trial_worker.py")]
        self._process = subprocess.Popen(command, cwd=ROOT, env=self._site.environment)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def worker(site: Site) -> Iterator[Worker]:
    made = Worker(site)
    yield made
    made.kill()


def test_a_trial_is_watched_stopped_lost_and_run_again(
    page: Page, site: Site, worker: Worker, errors: list[str]
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    made = site.play("talker")
    sign_in(page, site, "bob")
    page.goto(f"{site.url}/projects/parabola/runs/1/candidates/{made['candidate']}/trajectories/{made['trajectory']}/")
    title = page.title()
    page.get_by_role("button", name="Run once").click()
    expect(page.locator("#trial-out")).to_contain_text("step 5", timeout=30_000)
    expect(page.locator("#trial-state")).to_contain_text("running")
    expect(page.locator("#trial-out")).to_contain_text('<img src=x onerror="document.title=1">')
    assert page.locator("#trial-out *").count() == 0, "what a candidate prints is text"
    assert page.title() == title
    assert not any(url.endswith("/queue/") for url in asked), "its htmx attributes are text too"
    once = page.locator("#trial-out").text_content() or ""
    assert once.count("step 3\n") == 1, "nothing is shown twice"

    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#trial-state")).to_contain_text("stopped")
    page.get_by_role("button", name="Run once again").click()
    expect(page.locator("#trial-out")).to_contain_text("step 2", timeout=30_000)
    worker.kill()
    worker.start()
    expect(page.locator("#trial-state")).to_contain_text("interrupted", timeout=30_000)
    expect(page.locator("#trial-out")).to_contain_text("step 2")
    page.get_by_role("button", name="Run once again").click()
    expect(page.locator("#trial-out")).to_contain_text("step 0", timeout=30_000)
    assert sorted(site.play("trials").values()) == ["interrupted", "running", "stopped"]
    assert errors == []
