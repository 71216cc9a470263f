"""How fast a model is asked: limits a minute, and rests that its server asked for."""

import asyncio
import contextlib
import itertools
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.llm.contract import CallOutcome
from apps.llm.pace import BURST_SECONDS, Bucket, Pace
from apps.llm.pool import Callers, Patience
from apps.llm.turnstile import Turnstile
from tests.llm.conftest import ALLOWED, job
from tests.llm.server import MessagesServer, error


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("apps.llm.pace.asyncio.sleep", made.sleep)
    return made


SITTING = """
import asyncio, pathlib, sys
from apps.llm.turnstile import Turnstile
async def sit():
    async with Turnstile(pathlib.Path(sys.argv[1])).seat(1):
        print("sits", flush=True)
        await asyncio.sleep(3600)
asyncio.run(sit())
"""


def turns(clock: Clock, number: int, size: int, *, requests: int = 0, tokens: int = 0) -> list[float]:
    """When so many requests of a size in tokens went out."""

    async def ask() -> list[float]:
        pace = Pace(8, requests, tokens, clock)
        return [await _turn(pace, size, clock) for _ in range(number)]

    return asyncio.run(ask())


async def _turn(pace: Pace, tokens: int, clock: Callable[[], float]) -> float:
    await pace.turn(tokens)
    return clock()


def test_without_limits_nobody_waits(clock: Clock) -> None:
    assert turns(clock, 100, 10_000) == [0.0] * 100


@pytest.mark.parametrize(("limits", "size"), [({"requests": 60}, 1), ({"tokens": 60_000}, 1000)])
def test_a_minute_holds_no_more_than_was_said(limits: dict[str, int], size: int, clock: Clock) -> None:
    times = turns(clock, 200, size, **limits)
    for start in times:
        inside = sum(start <= time < start + 60.0 for time in times)
        assert inside <= 60 + BURST_SECONDS + 1
    assert times[-1] >= 200 - BURST_SECONDS - 2


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(0, 5000)), max_size=60), st.integers(60, 100_000))
def test_a_bucket_gives_no_more_than_it_is_filled_with(steps: list[tuple[float, int]], per_minute: int) -> None:
    clock = Clock()
    bucket = Bucket(per_minute, clock)
    taken, last = 0.0, 0.0
    for rest, amount in steps:
        clock.now += rest + bucket.wait()
        clock.now += bucket.wait()  # what was rounded off
        bucket.take(amount)
        taken, last = taken + amount, amount
    most = per_minute / 60.0 * (clock.now + BURST_SECONDS) + 1.0
    assert taken - last <= most + 1e-6 * most


def test_a_rest_that_a_server_asked_for_holds_for_all_calls_of_the_model() -> None:
    with MessagesServer() as server, Callers(2, ALLOWED, Patience(first=0.0)) as callers:
        server.script(error(429, retry_after=0.2))
        assert callers.run(job(server)).text == "ok"
        callers.submit(job(server, "two"))
        first, *_ = callers.collect(5.0)
    assert first.text == "ok"
    assert len(server.received) == 3


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_pauses_grow_are_spread_and_have_an_end(chance: float) -> None:
    patience = Patience(first=1.0, most=8.0)
    pauses = [patience.delay(attempt, None, chance) for attempt in range(1, 7)]
    assert pauses == [base * (0.5 + chance) for base in (1.0, 2.0, 4.0, 8.0, 8.0, 8.0)]
    assert patience.delay(1, 5.0, chance) >= 5.0


def test_calls_at_a_time_are_bounded_for_all_processes_together(tmp_path: Path) -> None:
    with MessagesServer(latency=0.05) as server, _two(tmp_path) as callers:
        for number, each in itertools.product(range(6), callers):
            each.submit(job(server, str(number), concurrency=2))
        for each in callers:
            heard: list[CallOutcome] = []
            while len(heard) < 6:
                heard += each.collect(10.0)
            assert all(outcome.failure is None for outcome in heard)
        assert server.most_at_once == 2


def test_a_rest_that_one_process_was_told_of_holds_for_the_others(tmp_path: Path) -> None:
    with MessagesServer() as server, _two(tmp_path) as (first, second):
        server.script(error(429, retry_after=0.5))
        first.submit(job(server))
        while not server.messages:
            first.collect(0.01)
        first.stop("one")
        note = tmp_path / "parrot" / "note"
        while struct.unpack("!5d", note.read_bytes())[-1] < time.time():
            first.collect(0.01)
        until = struct.unpack("!5d", note.read_bytes())[-1]
        assert second.run(job(server, "two")).failure is None
        assert time.time() >= until


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=20, max_size=60))
def test_what_processes_ask_in_turn_stays_within_what_one_may_ask(order: list[int]) -> None:
    clock = Clock()

    async def ask(folder: Path) -> list[float]:
        paces = [Pace(8, 60, 0, clock, Turnstile(folder)) for _ in range(3)]
        times = [await _turn(paces[which], 1, clock) for which in order]
        for pace in paces:
            pace.close()
        return times

    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr("apps.llm.pace.asyncio.sleep", clock.sleep)
        times = asyncio.run(ask(Path(folder)))
    assert times[int(BURST_SECONDS)] > 0.0
    assert times[-1] >= len(order) - 1 - BURST_SECONDS


def test_the_seat_of_a_process_that_was_killed_is_free(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", SITTING, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()

        async def sit() -> bool:
            turnstile = Turnstile(tmp_path)
            waiting = asyncio.ensure_future(_sat(turnstile))
            await asyncio.sleep(0.05)
            taken = not waiting.done()
            other.kill()
            await waiting
            turnstile.close()
            return taken

        assert asyncio.run(sit())


@pytest.mark.parametrize("left", [b"", b"no note", struct.pack("!5d", -1e9, 1e12, -1e9, 1e12, 1e12)])
def test_a_note_that_is_none_or_from_a_clock_that_was_set_back_holds_nobody_up(left: bytes, tmp_path: Path) -> None:
    (tmp_path / "note").write_bytes(left)
    clock = Clock()

    async def ask() -> float:
        return await _turn(Pace(1, 60, 60, clock, Turnstile(tmp_path)), 1, clock)

    assert asyncio.run(ask()) == 0.0


async def _sat(turnstile: Turnstile) -> None:
    async with turnstile.seat(1):
        pass


@contextlib.contextmanager
def _two(folder: Path) -> Iterator[tuple[Callers, Callers]]:
    """As two processes have them: a lock belongs to who opened the file."""
    with Callers(8, ALLOWED, shared=folder) as first, Callers(8, ALLOWED, shared=folder) as second:
        yield first, second
