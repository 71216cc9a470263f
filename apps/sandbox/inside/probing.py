"""A candidate that tries to get out: what the probe runs to see whether a sandbox holds."""

import os
import signal
import socket
from collections.abc import Callable
from typing import Any

_MEGABYTE = 1 << 20


def run(asked: dict[str, Any]) -> dict[str, list[Any]]:
    """By name of the check: whether it held, and what happened. `asked` names targets that are real outside."""
    tests: dict[str, Callable[[], str]] = {
        "network cut": lambda: _connect(asked["port"]),
        "sockets refused": lambda: str(socket.socket(socket.AF_UNIX)),
        "host files hidden": lambda: _read(asked["secret_file"]),
        "system files hidden": lambda: _read("/etc/passwd"),
        "processes hidden": lambda: _signal(asked["pid"]),
        "other folders read-only": lambda: _write("/usr/evoweb-probe") or _write("/evoweb-probe"),
        "namespaces refused": _nested_user,
        "memory limited": lambda: str(len(bytearray(asked["memory_mb"] * 2 * _MEGABYTE))),
        "file size limited": lambda: _fill(asked["file_mb"] * 2),
        "processes limited": lambda: _fork_many(asked["processes"] * 2),
    }
    results = {name: _holds(test) for name, test in tests.items()}
    leaks = [pid for pid in ("self", "1", str(asked["pid"])) if asked["secret"].encode() in _environment(pid)]
    results["environment hidden"] = [not leaks, ", ".join(leaks)]
    return results


def _holds(test: Callable[[], Any]) -> list[Any]:
    try:
        return [False, str(test())]
    except (OSError, MemoryError, AttributeError) as problem:
        return [True, f"{type(problem).__name__}: {problem}"]


def _signal(pid: int) -> str:
    os.kill(pid, 0)
    return "evoweb's process can be signalled"


def _connect(port: int) -> str:
    with socket.create_connection(("127.0.0.1", port), 1):
        return "connected to a server on the host"


def _environment(pid: str) -> bytes:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return file.read()
    except OSError:
        return b""


def _read(path: str) -> str:
    with open(path, "rb") as file:
        return f"read {len(file.read())} bytes of {path}"


def _write(path: str) -> str:
    with open(path, "wb"):
        return f"created {path}"


def _nested_user() -> str:
    os.unshare(os.CLONE_NEWUSER)  # type: ignore[attr-defined, unused-ignore]  # Python 3.12
    return "made a user namespace"


def _fill(megabytes: int) -> str:
    with open("filling", "wb") as file:
        for _ in range(megabytes):
            file.write(bytes(_MEGABYTE))
    return f"wrote {megabytes} MB"


def _fork_many(count: int) -> str:
    for _ in range(count):
        if os.fork() == 0:
            signal.pause()
    return f"made {count} processes"
