"""kill -9 at random moments, each kind of process in turn: nothing is lost, measured again or counted again.

python -m bench.kills [KILLS]

Kills the command that drives a run (`resume` goes on), and the worker, web, ticker, broker (with its socket) and the
whole group of a running system. Every run has one seed and one parallel round, so each must end with the archive of the
one that nobody disturbed.
"""

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from apps.engine.canonical import decode, encode
from bench.common import EXAMPLES, MANAGE, environment, evolve, home, table, tree
from bench.system import System, running

CANDIDATES = 600
TO_SPARE = 120  # candidates that must still be to come when a kill is prepared
OPTIONS = ("--candidates", str(CANDIDATES), "--parallel", "1", "--seed", "7", "--mode", "full-auto")
PATIENCE = 60.0  # seconds
LONGEST_DELAY = 0.5  # seconds between a sign that a run moves and the kill
TURN_SECONDS = 1.0  # of a worker, between two looks at its queue
LIVES = 3  # kills under one supervisor, which waits twice as long before each restart
PROGRAMS = {
    "worker": "rounds,sandbox",
    "web": "uvicorn",
    "ticker": "evoweb.supervisor.ticker",
    "broker": "valkey-server",
}
HEAD = ("killed", "kills", "resumed", "lost", "twice", "digests equal", "log whole", "again", "survivors")
HEAD += ("went on, s", "at most", "works, s", "")
TWICE = """
    SELECT coalesce(sum(n - 1), 0) FROM (
        SELECT count(*) AS n FROM records_trajectory GROUP BY candidate_id, round, position, task_id, repeat)
"""
MISCOUNTED = """
    SELECT count(*) FROM records_run AS run WHERE measured > candidates OR evaluations != (
        SELECT count(*) FROM records_trajectory WHERE round >= run.id << 32 AND round < (run.id + 1) << 32)
"""


@dataclass
class Trial:
    """Kills of one kind of process in one home, and what came of its runs."""

    kind: str
    path: Path
    wanted: str = ""  # archive digest of the undisturbed run
    kills: int = 0
    early: int = 0  # of the kills: before the run had moved again after the one before
    lost: int = 0
    survivors: int = 0  # processes that outlived the one that owned them
    went_on: list[float] = field(default_factory=list)  # seconds from a kill to the next measured candidate
    works: list[float] = field(default_factory=list)  # seconds from a kill until its successor works

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows from the database, read beside whoever writes."""
        with sqlite3.connect(f"file:{self.path / 'evoweb.sqlite3'}?mode=ro", uri=True, timeout=20) as connection:
            return connection.execute(statement).fetchall()

    def count(self, table: str, where: str = "true") -> int:
        return int(self.ask(f"SELECT count(*) FROM records_{table} WHERE {where}")[0][0])

    def latest(self) -> tuple[str, int]:
        """(state, measured) of the latest run."""
        state, measured = self.ask("SELECT state, measured FROM records_run ORDER BY id DESC LIMIT 1")[0]
        return state, measured

    def moved(self, since: int) -> bool:
        state, measured = self.latest()
        return state != "open" or measured > since

    def strike(self, kill: Callable[[], object], works: Callable[[], bool] | None = None) -> None:
        """Kill: what was recorded before must be there after it, the run must go on, and what was killed work again."""
        before = self.count("trajectory")
        (last,) = self.ask("SELECT max(id) FROM records_trajectory")[0]
        begun = time.monotonic()
        kill()
        self.kills += 1
        self.lost += max(0, before - self.count("trajectory", f"id <= {last}"))
        measured = self.latest()[1]
        until(f"a run to go on after a kill of the {self.kind}", lambda: self.moved(measured))
        self.went_on.append(time.monotonic() - begun)
        if works is not None:
            until(f"the next {self.kind} to work", works)
            self.works.append(time.monotonic() - begun)

    def bury(self, family: list[int]) -> None:
        """Wait for processes to vanish with the one that was killed."""
        end = time.monotonic() + 10
        while (left := [pid for pid in family if lives(pid)]) and time.monotonic() < end:
            time.sleep(0.01)
        self.survivors += len(left)

    def row(self) -> tuple[object, ...]:
        """What came of it, for the table."""
        runs = self.ask("SELECT id, state, measured FROM records_run ORDER BY id")
        self.lost += sum(abs(CANDIDATES - measured) for _, _, measured in runs)
        unfinished = sum(state != "finished" for _, state, _ in runs)
        equal = sum(self.digest(run) == self.wanted for run, _, _ in runs)
        twice = self.ask(TWICE)[0][0] + self.ask(MISCOUNTED)[0][0]
        broken = subprocess.run([*MANAGE, "verify_log"], env=environment(self.path), stdout=subprocess.DEVNULL)
        again = self.count("effect", "attempts > 1")
        bad = self.lost or twice or unfinished or equal < len(runs) or broken.returncode or self.survivors
        log = "no" if broken.returncode else "yes"
        works = median(self.works) if self.works else "-"
        counts = (
            self.kind,
            self.kills,
            len(self.went_on) + self.early,
            self.lost,
            twice,
            f"{equal} of {len(runs)}",
            log,
            again,
        )
        return (*counts, self.survivors, median(self.went_on), max(self.went_on), works, "BAD" if bad else "ok")

    def digest(self, run: int) -> str:
        """The archive digest, computed from the tables alone."""
        whole = hashlib.sha256()
        columns = "content_digest, parents, verdict"
        rows = self.ask(f"SELECT {columns} FROM records_candidateedit WHERE run_id = {run} ORDER BY id")
        for content, parents, verdict in rows:
            whole.update(encode([bytes(content).hex(), decode(bytes(parents))["parents"], verdict]))
        return whole.hexdigest()


def until(what: str, condition: Callable[[], object]) -> None:
    """Wait for a condition; ends the benchmark when it does not come true."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"waited {PATIENCE:.0f} s in vain for {what}")
        time.sleep(0.01)


def lives(pid: int) -> bool:
    """The process is there, and more than an entry that nobody has collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextmanager
def trial(kind: str) -> Iterator[Trial]:
    """A fresh home with one undisturbed run in it."""
    with home() as path:
        found = Trial(kind, path)
        found.wanted = evolve(path, "parabola8", *OPTIONS).last["archive_digest"]
        assert found.digest(1) == found.wanted
        yield found


def manage(path: Path, *words: str) -> "subprocess.Popen[bytes]":
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([*MANAGE, *words], env=environment(path), **silent)  # type: ignore[call-overload, no-any-return]


class Command:
    """The command of a trial, in its present life."""

    def __init__(self, found: Trial) -> None:
        self._found = found
        self._process = self._begin()

    def _begin(self) -> "subprocess.Popen[bytes]":
        runs = self._found.count("run")
        process = manage(self._found.path, "evolve", str(EXAMPLES / "parabola8"), *OPTIONS)
        until("a new run", lambda: self._found.count("run") > runs)
        return process

    def live(self, seconds: float) -> None:
        """Let it work on a run that is moving, on a new one when its own has ended."""
        if self.ends_within(seconds):
            self._process = self._begin()
            self.live(seconds)

    def ends_within(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def die(self, early: float | None = None) -> None:
        """Be killed, and resumed; killed once more after `early` seconds, and resumed again."""
        family = tree(self._process.pid)
        self._process.kill()
        self._process.wait()
        self._found.bury(family)
        self._process = manage(self._found.path, "resume")
        if early is not None and not self.ends_within(early):
            self._found.kills += 1
            self._found.early += 1
            self.die()


def commands(kills: int, rng: Random) -> tuple[object, ...]:
    """Kill the command itself, now and then its successor before that has moved; `resume` goes on."""
    with trial("command") as found:
        command = Command(found)
        while found.kills < kills:
            command.live(rng.uniform(0, LONGEST_DELAY))
            early = rng.uniform(0, 1) if rng.random() < 0.4 and found.kills + 1 < kills else None
            found.strike(partial(command.die, early))
        until("the last command to end", lambda: command.ends_within(0.1))
        return found.row()


def programs(kind: str, kills: int, rng: Random) -> tuple[object, ...]:
    """Kill one program of a running system; its supervisor starts it again."""
    with trial(kind) as found:
        while found.kills < kills:
            with running(found.path) as system:
                some_kills(found, system, kills, rng)
        return found.row()


def some_kills(found: Trial, system: System, kills: int, rng: Random) -> None:
    """The kills of one supervisor's life; after the last of all, wait for the run to end."""
    for _ in range(min(LIVES, kills - found.kills)):
        moving(found, rng)
        (old,) = system.pids(PROGRAMS[found.kind])
        found.strike(partial(kill_program, found, system, old), partial(works, system, found.kind, old))
    if found.kills >= kills:
        until("the last run to end", lambda: found.latest()[0] != "open")


def moving(found: Trial, rng: Random) -> None:
    """Wait for a random moment of a run that the system drives and that is far from its end."""
    state, measured = found.latest()
    if state != "open" or measured > CANDIDATES - TO_SPARE:
        until("a run to end", lambda: found.latest()[0] != "open")
        manage(found.path, "evolve", str(EXAMPLES / "parabola8"), *OPTIONS, "--no-wait").wait(PATIENCE)
        measured = 0
    until("a run to move", lambda: found.moved(measured))
    time.sleep(rng.uniform(0, LONGEST_DELAY))


def kill_program(found: Trial, system: System, old: int) -> None:
    family = tree(old)
    os.kill(old, signal.SIGKILL)
    found.bury(family)
    if found.kind == "broker":  # its data goes with it: it keeps none; so does its address
        (found.path / "broker.sock").unlink(missing_ok=True)
        until("the next broker", lambda: works(system, "broker", old))
        time.sleep(TURN_SECONDS)  # what the worker was at, it finished without a broker


def works(system: System, kind: str, old: int) -> bool:
    """The successor of a killed program is there; that of the web server answers."""
    if kind != "web":
        return any(pid != old for pid in system.pids(PROGRAMS[kind]))
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{system.port}/", timeout=1) as answer:
        return bool(answer.status == 200)
    return False


def groups(kills: int, rng: Random) -> tuple[object, ...]:
    """Kill the supervisor and all its programs, then start evoweb again."""
    with trial("whole group") as found:
        systems = [System(found.path)]
        try:
            while found.kills < kills:
                moving(found, rng)
                found.strike(partial(kill_group, found, systems))
            until("the last run to end", lambda: found.latest()[0] != "open")
        finally:
            systems[-1].stop()
        return found.row()


def kill_group(found: Trial, systems: list[System]) -> None:
    system = systems[-1]
    family = tree(system.process.pid)
    for pid in [family[0], *(pid for word in PROGRAMS.values() for pid in system.pids(word))]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    system.process.wait()
    found.bury(family)
    systems.append(System(found.path))


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    begun = time.monotonic()
    trials = [partial(commands, kills), *(partial(programs, kind, kills) for kind in PROGRAMS), partial(groups, kills)]
    rows = []
    for number, each in enumerate(trials):
        rows.append(each(Random(number)))
        print(f"{time.monotonic() - begun:.0f} s: {rows[-1]}", file=sys.stderr)
    table(HEAD, rows)
    print(f"{time.monotonic() - begun:.0f} s in all")
    if any(row[-1] != "ok" for row in rows):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
