"""Keeps one program running."""

import asyncio
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from evoweb.supervisor.family import Family
from evoweb.supervisor.programs import Program

SHORTEST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
SETTLED = 30.0  # a program that lived that long is taken for sound again

Say = Callable[[str], None]


class Keeper:
    """Starts a program and starts it again, after a growing pause, whenever it ends. All times are seconds."""

    def __init__(self, program: Program, family: Family, say: Say) -> None:
        self._program = program
        self._family = family
        self._say = say
        self._log = family.log_of(program)
        self._task = asyncio.create_task(self._keep(), name=program.name)

    async def stop(self) -> None:
        """End the program for good."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _keep(self) -> None:
        pause = 0.0
        while True:
            born = time.monotonic()
            end = await self._live()
            pause = next_pause(pause, time.monotonic() - born)
            self._say(f"{self._program.name} {end}; it starts again in {pause:g} s (log: {self._log})")
            await asyncio.sleep(pause)

    async def _live(self) -> str:
        """One life of the program. How it ended, in words."""
        try:
            process = self._family.start(self._program)
        except OSError as error:
            return f"could not be started ({error})"
        try:
            return _in_words(await process.ended())
        finally:
            await process.end()


def next_pause(pause: float, lived: float) -> float:
    """The pause before the next start, after the pause before and the life that followed it."""
    return SHORTEST_PAUSE if pause == 0 or lived >= SETTLED else min(pause * 2, LONGEST_PAUSE)


def _in_words(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
