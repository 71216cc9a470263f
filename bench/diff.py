"""The changes of a candidate in a browser: until the first change is painted, and while all of them are read.

python -m bench.diff

Ten thousand lines of Python, all of them new, and then every twentieth of them edited: before a really started web
process, in Chromium, unified and side by side; as the first visit after its start, and as the next one. Beside it
what comparing, marking and colouring cost by themselves, and what the standard library's differ would.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import SequenceMatcher
from pathlib import Path
from random import Random
from socket import socket
from typing import Any
from urllib.request import urlopen

os.environ["EVOWEB_HOME"] = tempfile.mkdtemp(prefix="evoweb-bench-")
os.environ["DJANGO_SETTINGS_MODULE"] = "evoweb.settings"

import django

django.setup()

from playwright.sync_api import Page, sync_playwright  # noqa: E402

from apps.common.diff import compare  # noqa: E402
from apps.common.syntax import Clock, Colours  # noqa: E402
from apps.common.words import marks  # noqa: E402
from bench.common import ROOT, cpu_seconds, environment, home, table  # noqa: E402

CANDIDATES = "/projects/parabola/runs/1/candidates"
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
PASSWORD = "a long enough password"  # of everybody on the stage of the page tests
# When the first change was painted: two frames after it came into the page. And every task over 50 ms.
WATCH = """
window.busy = [0];
new PerformanceObserver(list => busy.push(...list.getEntries().map(one => one.duration))).observe({type: "longtask"});
new MutationObserver((_, observer) => {
  if (!document.querySelector("[data-change]")) return;
  observer.disconnect();
  requestAnimationFrame(() => requestAnimationFrame(() => { window.painted = performance.now(); }));
}).observe(document, {childList: true, subtree: true});
"""


def main() -> None:
    with home() as path:
        stage(path, "begin")
        numbers = stage(path, "large")
        rows = [
            [what, view, *walk(path, f"{CANDIDATES}/{numbers[what]}/?view={view}")]
            for what in ("edited", "new")
            for view in ("unified", "split")
        ]
    table(("lines", "view", "first ms", "server CPU", "kB", "again ms", "n key ms", "busy ms", "all read s"), rows)
    by_themselves()


def walk(path: Path, address: str) -> list[float]:
    """What visit and read say of a page, before a web process that has just started."""
    with web(path) as (url, process), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(WATCH)
        sign_in(page, url)
        begun = cpu_seconds(process)
        first = visit(page, url + address)
        spent = [(cpu_seconds(process) - begun) * 1000]
        return [first[0], *spent, *first[1:], visit(page, url + address)[0], *read(page)]


def stage(path: Path, scene: str) -> dict[str, Any]:
    """Records made directly, as the page tests make them."""
    command = [sys.executable, str(ROOT / "tests/pages/stage.py"), scene]
    return dict(json.loads(subprocess.run(command, env=environment(path), check=True, capture_output=True).stdout))


@contextmanager
def web(path: Path) -> Iterator[tuple[str, int]]:
    """A web process of its own on a home: its address and process id."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--port", str(port), "--lifespan", "off", "--log-level", "error"]
    command = [sys.executable, "-m", "uvicorn", "evoweb.asgi:application", *options]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(path), stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        while not answers(url):
            time.sleep(0.1)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(20)


def answers(url: str) -> bool:
    try:
        return bool(urlopen(f"{url}/sign-in", timeout=5).status == 200)
    except OSError:
        return False


def sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_label("User name").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Main").wait_for()


def visit(page: Page, address: str) -> list[float]:
    """Milliseconds until the first change is painted; kilobytes of the page."""
    page.goto(address)
    page.wait_for_function("window.painted")
    size = page.evaluate("performance.getEntriesByType('navigation')[0].transferSize")
    return [page.evaluate("painted"), size / 1000]


def read(page: Page) -> list[float]:
    """Milliseconds of the slowest of 30 steps to the next change; then of the longest task while scrolling to the end,
    and its seconds."""
    step = """() => new Promise(done => {
        const begun = performance.now();
        document.querySelector("[data-move=next]").click();
        requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begun)));
    })"""
    slowest = max(page.evaluate(step) for _ in range(30))
    begun = time.monotonic()
    while page.locator(".rest").count():
        page.evaluate("document.querySelector('.rest')?.scrollIntoView()")
        page.wait_for_timeout(20)
    return [slowest, page.evaluate("Math.max(...busy)"), time.monotonic() - begun]


def by_themselves() -> None:
    """Milliseconds of each part, and its share of the first line's."""
    text = "".join(f"value_{row} = compute({row}, {row * 7 % 13})  # row {row}\n" for row in range(10_000))
    lines = text.split("\n")
    edited = "\n".join(line.replace("compute", "evaluate") if at % 20 == 0 else line for at, line in enumerate(lines))
    rng = Random(1)
    noise = ["".join(f"{rng.randrange(10_000)}\n" for _ in range(10_000)) for _ in range(2)]
    few = [[rng.randrange(3) for _ in range(1_000)] for _ in range(2)]
    found = compare(text, edited)

    def colour() -> None:
        fresh = [f"{line} {os.urandom(4).hex()}" for line in lines]
        colours = Colours("a.py", fresh, Clock(60))
        for line in range(400):
            colours.of(line)

    def mark() -> None:
        for at in range(0, 8_000, 20):
            marks(found.old.lines[at], found.new.lines[at])

    parts: list[tuple[str, Callable[[], object]]] = [
        ("compare 10,000 lines, every twentieth edited", lambda: compare(text, edited)),
        ("compare 10,000 lines with 10,000 others", lambda: compare(*noise)),
        ("compare 100,000 lines with as many of two kinds", lambda: compare("a\n" * 100_000, "b\na\n" * 50_000)),
        ("compare 1,000 lines of three kinds", lambda: compare(*("".join(f"{n}\n" for n in side) for side in few))),
        ("the same by difflib", lambda: SequenceMatcher(None, *few, autojunk=False).get_opcodes()),
        ("pair lines, rows of all", lambda: list(compare(text, edited).split())),
        ("colours of 400 lines, not cached", colour),
        ("words of 400 pairs of lines", mark),
    ]
    timed = [(name, milliseconds(part)) for name, part in parts]
    table(("part", "ms", "ratio"), [(name, spent, spent / timed[0][1]) for name, spent in timed])


def milliseconds(part: Callable[[], object]) -> float:
    """The better of two."""
    spent = []
    for _ in range(2):
        begun = time.perf_counter()
        part()
        spent.append((time.perf_counter() - begun) * 1000)
    return min(spent)


if __name__ == "__main__":
    main()
