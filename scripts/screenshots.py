"""Takes the pictures of the documentation, of an evoweb with a home of its own in which examples evolve.

    .venv/bin/python scripts/screenshots.py [FOLDER]      (default: docs/images)

Takes a few minutes. The runs have fixed seeds, so the pictures tell the same story each time; times and rates differ.
"""

import re
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
DESK = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)
PATIENCE = 60_000  # ms
A_RUN = 600_000  # ms that a run may take, whatever else the machine does
LARGEST = 150_000  # bytes of a picture
PACKING, CART = "Circle packing, 26 circles", "Cart to the mark, two files"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="evoweb-") as home,
        evoweb(Path(home)) as (url, password),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        photograph(desk(browser, url), password, folder)
        browser.close()
    for path in sorted(folder.glob("*.png")):
        print(f"{path.name}  {path.stat().st_size / 1000:.0f} kB")
        if path.stat().st_size > LARGEST:
            sys.exit(f"{path} has more than {LARGEST} bytes: show less of the page.")


@contextmanager
def evoweb(home: Path) -> Iterator[tuple[str, str]]:
    """A running evoweb: its address, and the password that it told."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "evoweb.supervisor", "--home", str(home), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        said = ""
        while "evoweb is ready" not in said:
            line = process.stdout.readline()
            if not line:
                sys.exit(f"evoweb ended before it was ready. It said:\n{said}")
            said += line
        yield f"http://127.0.0.1:{port}", said.partition("one-time password: ")[2].split()[0]
    finally:
        process.terminate()
        process.communicate()


def desk(browser: Browser, url: str) -> Page:
    context = browser.new_context(base_url=url, viewport=DESK, locale="en-GB", timezone_id="UTC")
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    return context.new_page()


def photograph(page: Page, password: str, folder: Path) -> None:
    """The story that the pictures tell, in its order."""
    enter(page, password)
    start(page, CART, candidates=400, parallel=1, mode="full-auto", seed=3)
    evolved = page.url
    expect(page.locator("#state .state").first).to_have_text("finished", timeout=A_RUN)
    start(page, CART, candidates=8, parallel=2, mode="gate-only", seed=4)
    expect(page.locator("#side h2 .count")).to_have_text("8")
    start(page, PACKING, candidates=2000, parallel=2, mode="full-auto", seed=7)
    measured = page.locator("#state progress").first
    expect(measured).to_have_attribute("value", re.compile(r"^([5-9]\d\d|[12]\d{3})$"), timeout=A_RUN)
    page.reload()  # without the message about its start
    picture(page, folder / "run.png")
    picture(page, folder / "run-dark.png", dark=True)
    review(page, folder)
    look_back(page, evolved, folder)


def review(page: Page, folder: Path) -> None:
    """The queue, a gate, and home with a few answers given."""
    page.goto("/queue/")
    picture(page, folder / "queue.png", size=ViewportSize(width=1280, height=560))
    page.get_by_role("button", name="Take the next").click()
    expect(page.get_by_text("You hold this gate")).to_be_visible()
    picture(page, folder / "gate.png")
    picture(page, folder / "gate-phone.png", size=PHONE)
    answer(page, "Approve")
    answer(page, "Reject", "The speed gain alone makes it swing.")
    answer(page, "Request changes", "Change the position gain together with it.")
    answer(page, "Escalate", "Is friction as low as this plausible?")
    answer(page, "Approve")
    page.goto("/")
    picture(page, folder / "home.png", size=ViewportSize(width=1280, height=960))


def look_back(page: Page, evolved: str, folder: Path) -> None:
    """The run that is finished: its champion, its lineage, its log."""
    page.goto(f"{evolved}lineage/")
    expect(page.get_by_role("button", name="Zoom in")).to_be_visible()
    picture(page, folder / "lineage.png")
    page.goto(f"{evolved}../../")
    page.locator("#champion").get_by_role("link", name="candidate").click()
    expect(page.get_by_role("heading", name="Scores by task")).to_be_visible()
    picture(page, folder / "candidate.png", size=ViewportSize(width=1280, height=1160))
    page.goto(f"{evolved}../../log/")
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_text("Everything follows.")).to_be_visible()
    page.goto(f"{evolved}../../log/")
    picture(page, folder / "log.png", size=ViewportSize(width=1280, height=720))


def enter(page: Page, password: str) -> None:
    """Sign in as admin, choose a password, and be called Ada."""
    page.goto("/sign-in")
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Choose your own").click()
    own = secrets.token_urlsafe(12)
    page.get_by_label("Present password").fill(password)
    page.get_by_label("New password").fill(own)
    page.get_by_label("The same again").fill(own)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password is changed")).to_be_visible()
    page.goto("/settings/")
    page.get_by_label("Name on pages").fill("Ada")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Ada")).to_be_visible()


def start(page: Page, project: str, *, candidates: int, parallel: int, mode: str, seed: int) -> None:
    """Start a run from its project's page; ends on the run's own."""
    page.goto("/projects/")
    page.get_by_role("link", name=project).click()
    page.get_by_role("link", name="Start a run").click()
    page.get_by_label("Candidates").fill(str(candidates))
    page.get_by_label("Rounds at a time").fill(str(parallel))
    page.get_by_label("Seed", exact=True).fill(str(seed))
    page.get_by_label("Mode", exact=True).select_option(mode)
    page.get_by_role("button", name="Start the run").click()
    expect(page.get_by_text(re.compile(r"^Run \d+ is started"))).to_be_visible()


def answer(page: Page, decision: str, reason: str = "") -> None:
    """Answer the gate that is shown; ends on the next one."""
    asked = page.get_by_role("heading", level=1)
    before = asked.text_content() or ""
    if reason:
        page.get_by_label("Reason", exact=True).fill(reason)
    if decision == "Escalate":
        page.locator("summary", has_text="Escalate").click()
    page.get_by_role("button", name=decision, exact=True).click()
    expect(asked).not_to_have_text(before)


def picture(page: Page, path: Path, *, size: ViewportSize = DESK, dark: bool = False) -> None:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path, animations="disabled")
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
