"""Runs shell commands under the real supervisor: stub_system.py HOME PREPARE [NAME=COMMAND...]."""

import asyncio
import os
import sys
from pathlib import Path

from evoweb.supervisor.programs import Program, System
from evoweb.supervisor.refusal import Refusal
from evoweb.supervisor.run import run, say


def program(name: str, command: str) -> Program:
    return Program(name, ("sh", "-c", command) if command else ("/no/such/program",), grace=1, talks=name == "prepare")


async def ready() -> None:
    say("ready")


def main(home: Path, prepare: str, *others: str) -> int:
    programs = tuple(program(*other.split("=", 1)) for other in others)
    environment = os.environ | {"EVOWEB_HOME": str(home)}
    try:
        asyncio.run(run(System(programs[:1], program("prepare", prepare), programs[1:], environment), home, ready))
    except Refusal as refusal:
        say(str(refusal))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
