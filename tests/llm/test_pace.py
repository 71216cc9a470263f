"""How fast a model is asked: limits a minute, and rests that its server asked for."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.llm.pace import BURST_SECONDS, Bucket, Pace
from apps.llm.pool import Callers, Patience
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
