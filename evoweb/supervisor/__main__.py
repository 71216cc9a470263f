"""python -m evoweb.supervisor: run evoweb here until Ctrl-C."""

import asyncio
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from evoweb.supervisor import claims
from evoweb.supervisor.health import until_healthy
from evoweb.supervisor.programs import system
from evoweb.supervisor.refusal import Refusal
from evoweb.supervisor.run import run, say


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 after a stop signal, 1 when something was in the way."""
    parser = ArgumentParser(prog="evoweb", description=__doc__)
    parser.add_argument("--home", type=Path, default=Path("var"), help="folder of everything written (default: var)")
    parser.add_argument("--port", type=int, default=8000, help="port on the loopback address (default: 8000)")
    options = parser.parse_args(arguments)
    home = options.home.resolve()
    try:
        with claims.folder(home), claims.port(options.port) as listener:
            ready = partial(_tell_address, options.port, time.monotonic())
            asyncio.run(run(system(home, listener.fileno()), home / "logs", ready))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


async def _tell_address(port: int, begun: float) -> None:
    await until_healthy(port, say)
    say(f"evoweb is ready after {time.monotonic() - begun:.1f} s: http://{claims.HOST}:{port}/  (Ctrl-C stops it)")


if __name__ == "__main__":
    sys.exit(main())
