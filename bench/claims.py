"""A thousand claims at the same time: does each gate have one holder, and is everybody else told who it is?

python -m bench.claims [PEOPLE] [GATES]

Each person asks for every gate, all of them the same gate at about the same moment, through a connection and a session
of their own, from a started system.
"""

import re
import sqlite3
import sys
import threading
import time
from collections import Counter
from html import unescape
from pathlib import Path

from bench.common import table
from bench.crowd import gathered, loaded
from bench.pages import Browser

READ_AFTER = 10  # claims: then a page is opened, which shows what was said of them


class Person(threading.Thread):
    """Claims every gate in turn. took: ms of each claim; told: what the pages said of each, in that order."""

    def __init__(self, port: int, name: str, gates: list[int], start: threading.Barrier) -> None:
        super().__init__()
        self.name, self.took, self.told = name, list[float](), list[str]()
        self._browser, self._gates, self._start_line = Browser(port, name), gates, start

    def run(self) -> None:
        self._start_line.wait()
        for at, gate in enumerate(self._gates, 1):
            answer = self._browser.post(f"/queue/{gate}/claim")
            assert answer.status == 302, f"{self.name} got {answer.status} for gate {gate}"
            self.took.append(answer.took)
            if at % READ_AFTER == 0 or at == len(self._gates):
                self.told += notes(self._browser.get("/settings/").content)


def notes(page: bytes) -> list[str]:
    found = re.findall(r'<div class="note [a-z]+" role="(?:alert|status)">([^<]*)', page.decode())
    return [unescape(text).strip() for text in found]


def holders(path: Path) -> dict[int, list[str]]:
    """Who holds each gate, as the database has it."""
    query = "SELECT effect_id, username FROM oversight_claim JOIN accounts_user ON accounts_user.id = person_id"
    found: dict[int, list[str]] = {}
    with sqlite3.connect(f"file:{path / 'evoweb.sqlite3'}?mode=ro", uri=True) as connection:
        for gate, name in connection.execute(query):
            found.setdefault(gate, []).append(name)
    return found


def check(people: list[Person], gates: list[int], held: dict[int, list[str]]) -> Counter[str]:
    """How many claims were granted and how many refused, every one of them explained. Raises AssertionError."""
    assert sorted(held) == sorted(gates)
    assert all(len(names) == 1 for names in held.values())
    counted: Counter[str] = Counter()
    for person in people:
        for gate, words in zip(gates, person.told, strict=True):
            mine = held[gate] == [person.name]
            expected = "Yours for ten minutes." if mine else f"{held[gate][0]} holds this gate."
            assert words.startswith(expected), f"{person.name} was told {words!r} of gate {gate}, not {expected!r}"
            counted["granted" if mine else "refused"] += 1
    return counted


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    with gathered(count, wanted) as (system, told):
        gates, start = told["gates"][:wanted], threading.Barrier(count + 1)
        alone = Browser(system.port, "person-0")
        unloaded = sorted(alone.post(f"/queue/{gates[0]}/free").took for _ in range(30))[15]
        people = [Person(system.port, f"person-{at}", gates, start) for at in range(count)]
        for person in people:
            person.start()
        start.wait()
        begun = time.monotonic()
        for person in people:
            person.join()
        seconds = time.monotonic() - begun
        counted = check(people, gates, holders(system.path))
    took = sorted(one for person in people for one in person.took)
    p50, p95 = took[len(took) // 2], took[int(len(took) * 0.95)]
    head = ("claims", "granted", "refused", "a second", "p50 ms", "p95 ms", "alone ms", "p50/alone")
    table(
        head,
        [[len(took), counted["granted"], counted["refused"], len(took) / seconds, p50, p95, unloaded, p50 / unloaded]],
    )
    print(f"every refused claim named its holder; {count} people at a time; {loaded()}")


if __name__ == "__main__":
    main()
