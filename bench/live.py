"""How long after a commit do open pages know, and show it?

python -m bench.live [LISTENERS] [LOOKING] [COMMITS]

So many sockets listen to a started system, some of them to the project that moves, the rest to others. A process of its
own commits. One real page is among them: its hint, and how long after it the region is swapped.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

import websockets
from playwright.async_api import Page, async_playwright

from bench.common import table
from bench.crowd import PROJECT, gathered, loaded, on
from bench.system import System

APART = 1000  # ms between two commits
LAST_WORDS = 3.0  # seconds in which the last hint must come
NOTES = """() => {
  window.noted = [];
  document.addEventListener("evoweb:moved", () => noted.push(["hint", Date.now()]));
  const swapped = new MutationObserver(() => noted.push(["swap", Date.now()]));
  swapped.observe(document.querySelector("#state"), { childList: true });
}"""


class Listener:
    """A socket. heard: (moment, project, sequence) of every hint."""

    def __init__(self, port: int, session: str, projects: list[int]) -> None:
        self._address, self._session, self._projects = f"127.0.0.1:{port}", session, projects
        self.heard: list[tuple[float, int, int]] = []

    async def open(self) -> None:
        headers = {"Cookie": f"sessionid={self._session}"}
        origin: Any = f"http://{self._address}"
        self._socket = await websockets.connect(
            f"ws://{self._address}/live/", origin=origin, additional_headers=headers, proxy=None
        )
        await self._socket.send(json.dumps({"watch": self._projects}))
        self._listening = asyncio.create_task(self._listen())

    async def ping(self) -> float:
        """Seconds there and back."""
        return float(await (await self._socket.ping()))

    async def _listen(self) -> None:
        async for frame in self._socket:
            said = json.loads(frame)
            if said.get("topics"):
                self.heard.append((time.time(), said["project"], said["sequence"]))

    async def close(self) -> None:
        self._listening.cancel()
        await self._socket.close()

    def delays(self, commits: Sequence[tuple[int, float]]) -> list[float]:
        """Seconds from each commit to the hint that covers it. Raises StopIteration for one that never came."""
        return [next(at for at, _, heard in self.heard if heard >= sequence) - moment for sequence, moment in commits]


async def run(system: System, told: dict[str, Any], looking: int, count: int) -> list[list[object]]:
    sessions, project = told["sessions"], told["project"]
    wanted = [[project]] * looking + [told["others"]] * (len(sessions) - looking)
    listeners = [Listener(system.port, *pair) for pair in zip(sessions, wanted, strict=True)]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = await opened(await browser.new_page(), system, sessions[0])
        alone = [await one.ping() for one in await _opened(listeners[:1]) for _ in range(20)]
        await _opened(listeners[1:])
        pings = [await one.ping() for one in listeners]
        await page.evaluate(NOTES)
        commits = json.loads(await asyncio.to_thread(on, system.path, "commit", count, APART))
        await asyncio.sleep(LAST_WORDS)
        noted = await page.evaluate("() => window.noted")
        await browser.close()
    assert all(one.heard == sorted(set(one.heard)) for one in listeners), "a hint came twice"
    assert not any(heard[1] == project for one in listeners[looking:] for heard in one.heard), "others heard of it"
    hints = [delay for one in listeners[:looking] for delay in one.delays(commits)]
    in_page, swaps = seen([moment for _, moment in commits], noted)
    for one in listeners:
        await one.close()
    rows = {"ping, one socket": alone, "ping, all sockets": pings, "commit to hint": hints}
    rows |= {"commit to the page's hint": in_page, "hint to swapped region": swaps}
    rows["commit to swapped region"] = [hint + swap for hint, swap in zip(in_page, swaps, strict=True)]
    return [row(name, values, _quantile(alone, 0.5)) for name, values in rows.items()]


async def opened(page: Page, system: System, session: str) -> Page:
    """The run's page in a real browser, live."""
    address = f"http://127.0.0.1:{system.port}"
    await page.context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    await page.goto(f"{address}/projects/{PROJECT}/runs/1/")
    await page.get_by_role("button", name="live", exact=True).wait_for()
    return page


async def _opened(listeners: list[Listener]) -> list[Listener]:
    for one in listeners:
        await one.open()
    return listeners


def seen(moments: Sequence[float], noted: Sequence[tuple[str, float]]) -> tuple[list[float], list[float]]:
    """Seconds from each commit to the page's hint, and from there to the swap."""
    hints, swaps = [], []
    for moment in moments:
        hint = next(at for what, at in noted if what == "hint" and at >= 1000 * moment - 1) / 1000
        swap = next(at for what, at in noted if what == "swap" and at >= 1000 * hint - 1) / 1000
        hints.append(hint - moment)
        swaps.append(swap - hint)
    return hints, swaps


def row(name: str, seconds: list[float], ping: float) -> list[object]:
    p50, p99 = _quantile(seconds, 0.5), _quantile(seconds, 0.99)
    return [name, len(seconds), f"{1000 * p50:.1f}", f"{1000 * p99:.1f}", f"{p50 / ping:.0f}", f"{p99 / ping:.0f}"]


def _quantile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def main() -> None:
    listeners, looking, commits = [*map(int, sys.argv[1:]), *(200, 20, 60)[len(sys.argv) - 1 :]]
    with gathered(listeners, 1) as (system, told):
        rows = asyncio.run(run(system, told, looking, commits))
    table(("what", "count", "p50 ms", "p99 ms", "p50/ping", "p99/ping"), rows)
    print(f"{listeners} sockets, {looking} of them and one page look at the project; {loaded()}")


if __name__ == "__main__":
    main()
