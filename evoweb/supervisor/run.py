"""Brings the system up, keeps it up, and takes it down."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from evoweb.supervisor.family import Family
from evoweb.supervisor.keeper import Keeper
from evoweb.supervisor.programs import Program, System
from evoweb.supervisor.refusal import Refusal

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SAID_WHY = 3  # exit code of a preparation that has told the person why it refused

Ready = Callable[[], Awaitable[None]]


def say(line: str) -> None:
    """Tell whoever started evoweb."""
    print(line, flush=True)


async def run(system: System, logs: Path, ready: Ready) -> None:
    """Run the system until a stop signal. ready waits until it works, and tells. Raises Refusal."""
    _stop_on_signals()
    family = Family(logs, system.environment)
    try:
        async with AsyncExitStack() as running:  # left in reverse order: last started, first stopped
            _keep(system.before, family, running)
            await _prepare(system.prepare, family)
            _keep(system.others, family, running)
            await ready()
            await asyncio.Event().wait()
    except asyncio.CancelledError:
        say("evoweb has stopped.")


def _stop_on_signals() -> None:
    """The first signal cancels the current task; those that follow must not disturb the stopping."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def stop() -> None:
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, lambda: None)
        say("Stopping …")
        task.cancel()

    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop)


def _keep(programs: Sequence[Program], family: Family, running: AsyncExitStack) -> None:
    for program in programs:
        running.push_async_callback(Keeper(program, family, say).stop)


async def _prepare(program: Program, family: Family) -> None:
    process = family.start(program)
    try:
        code = await process.ended()
    finally:
        await process.end()
    if code == SAID_WHY:
        raise Refusal("Nothing was started.")
    if code:
        raise Refusal(f"The database could not be prepared; the reason is at the end of {family.log_of(program)}")
