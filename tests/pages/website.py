"""A really started web process with a home of its own, and a browser's way into it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory import PASSWORD
from playwright.sync_api import Page, expect

ROOT = Path(__file__).parents[2]


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
        options += ["--timeout-graceful-shutdown", "2"]  # pages that are still open hold their sockets
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


@contextmanager
def running(records: Path, home: Path) -> Iterator[Site]:
    """A site that begins with a copy of these records."""
    shutil.copytree(records, home)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Site(home, port)
    made.start()
    try:
        yield made
    finally:
        made.stop()


def sign_in(page: Page, site: Site, name: str = "alice", password: str = PASSWORD) -> None:
    page.goto(f"{site.url}/sign-in")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def complaints(page: Page) -> list[str]:
    """What the browser complains of from now on: scripts, blocked content, missing files."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("response", lambda response: found.append(response.url) if response.status >= 500 else None)
    return found
