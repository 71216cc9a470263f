"""How fast every page is on a home full of history: time, queries and bytes, beside their bars.

    python -m bench.bulk HOME && python -m bench.pages HOME [REQUESTS] [PERSON] [PAGES]

A web process is started on the home (no worker: the history stays as it is) and asked over one connection, as a browser
would. Time is what the client waits. Queries are counted by a middleware that only this benchmark installs
(bench/settings.py), which also says how much processor time the web process took: that figure stays true on a machine
that does something else meanwhile.
"""

import gzip
import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from bench.bulk import PASSWORD
from bench.common import ROOT, environment, table

MOST_MS, MOST_QUERIES, MOST_KB = 150.0, 12, 200.0
WARM_UP = 3
IDLE = 3.0  # seconds; uvicorn keeps an idle connection for five


class Browser:
    """One connection to the web process, signed in."""

    def __init__(self, port: int, person: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._cookies: dict[str, str] = {}
        self._used = time.monotonic()
        self.get("/sign-in")
        answer = self.post("/sign-in", username=person, password=PASSWORD)
        if "sessionid" not in self._cookies:
            raise SystemExit(f"{person} could not sign in: {answer.status}")

    def get(self, path: str) -> "Answer":
        return self._ask("GET", path)

    def post(self, path: str, **words: str) -> "Answer":
        """Send a form. Redirects are not followed."""
        return self._ask("POST", path, urlencode(words | {"csrfmiddlewaretoken": self._cookies["csrftoken"]}))

    def _ask(self, method: str, path: str, body: str | None = None) -> "Answer":
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": "http://127.0.0.1/"}
        if time.monotonic() - self._used > IDLE:
            self._connection.close()  # the server has hung up, or is about to
        begun = time.perf_counter()
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        content = response.read()
        took = 1000 * (time.perf_counter() - begun)
        self._used = time.monotonic()
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, rest = cookie.partition("=")
            self._cookies[name] = rest.partition(";")[0]
        queries, cpu = response.headers.get("X-Queries", "-1"), response.headers.get("X-Processor-Ms", "nan")
        return Answer(response.status, took, float(cpu), int(queries), content)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    took: float  # ms, as the client waited
    cpu: float  # ms of the web process
    queries: int
    content: bytes


@contextmanager
def web(path: Path) -> Iterator[int]:
    """A web process on the home, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "evoweb.asgi:application", "--host", "127.0.0.1", "--port", str(port)]
    quiet = ["--lifespan", "off", "--no-access-log", "--log-level", "warning"]
    settings = environment(path, DJANGO_SETTINGS_MODULE="bench.settings")
    process = subprocess.Popen([*command, *quiet], env=settings, cwd=ROOT)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the web process did not start")


def addresses(path: Path) -> dict[str, str]:
    """The pages, by name, on what the bulk loader left: its largest run, a champion of it, a gate that waits."""
    os.environ |= {"EVOWEB_HOME": str(path), "DJANGO_SETTINGS_MODULE": "bench.settings"}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)  # the home may be of an earlier version
    from apps.common.ids import of_run, row_id
    from apps.records.models import HELD, Effect, Run

    run = Run.objects.select_related("project").order_by("-born")[0]
    project = f"/projects/{run.project.slug}/"
    here = f"{project}runs/{run.number}/"
    middle = run.born // 2
    person = f"actor=person:{run.project.memberships.order_by('pk')[1].user_id}"
    found = {
        "home": "/",
        "projects": "/projects/",
        "queue": "/queue/",
        "project": project,
        "run": here,
        "candidates": f"{here}candidates/",
        "candidates, old": f"{here}candidates/?before={middle}",
        "candidate": f"{here}candidates/{run.best}/",
        "lineage": f"{here}lineage/",
        "lineage, data": f"{here}lineage/data",
        "log": f"{project}log/",
        "log, old": f"{project}log/?before={middle}",
        "log, a kind": f"{project}log/?kind=gate.closed",
        "log, a person": f"{project}log/?{person}",
        "log, a subject": f"{project}log/?subject=candidate:{row_id(run.pk, middle)}",
        "log, a day": f"{project}log/?since={run.created:%Y-%m-%d}&until={run.created:%Y-%m-%d}",
        "status": "/status",
    }
    gate = Effect.open.filter(of_run(run.pk, "round"), state__in=HELD).order_by("pk").first()
    return found | ({"gate": f"/queue/{gate.pk}/"} if gate else {})


def measure(browser: Browser, address: str, requests: int) -> list[object]:
    """A row of the table: p50, p95, processor time (p95), queries, kB, kB packed, and what is over its bar."""
    first = browser.get(address)
    if first.status != 200:
        return [*["–"] * 6, f"status {first.status}"]
    for _ in range(WARM_UP):
        browser.get(address)
    answers = [browser.get(address) for _ in range(requests)]
    times = sorted(answer.took for answer in answers)
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    cpu = sorted(answer.cpu for answer in answers)[int(len(answers) * 0.95)]
    queries, size = max(answer.queries for answer in answers), len(first.content) / 1000
    bars = (("time", p95, MOST_MS), ("queries", queries, MOST_QUERIES), ("bytes", size, MOST_KB))
    over = ", ".join(name for name, value, most in bars if value > most)
    packed = len(gzip.compress(first.content, 6)) / 1000
    return [f"{p50:.0f}", f"{p95:.0f}", f"{cpu:.0f}", queries, f"{size:.0f}", f"{packed:.0f}", over]


def main() -> None:
    path = Path(sys.argv[1])
    requests = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    person = sys.argv[3] if len(sys.argv) > 3 else "alice"
    pages = addresses(path)
    wanted = sys.argv[4] if len(sys.argv) > 4 else ""
    with web(path) as port:
        browser = Browser(port, person)
        rows = [
            [name, *measure(browser, address, requests)] for name, address in pages.items() if re.match(wanted, name)
        ]
    table(("page", "p50 ms", "p95 ms", "CPU ms", "queries", "kB", "gzip kB", "over"), rows)
    print(f"bars: p95 {MOST_MS:g} ms, {MOST_QUERIES} queries, {MOST_KB:g} kB; load now {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
