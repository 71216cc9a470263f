"""The program that runs an answer apart from its tests: it is told what to call, and tells what came back.

It is started from its text alone (`python -c`), so nothing on a disk could be changed under it. It knows no test and
nothing expected: an answer that wants to pass has to compute. Values travel as JSON with a tag for what JSON lacks.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import IO, Any

_MOST = 1_000_000  # values of an iterator


def pack(value: Any, keep: Callable[[Any], int] | None = None) -> Any:
    """A value as JSON data. What is no plain data is handed to `keep`, which returns a number for it.

    Raises TypeError for it without `keep`. Values of derived classes become what they are derived from.
    """
    if value is None or isinstance(value, bool):
        return value
    for kind, packed in _PLAIN.items():
        if isinstance(value, kind):
            return packed(value)
    if isinstance(value, dict):
        return ["dict", *([pack(key, keep), pack(item, keep)] for key, item in value.items())]
    for container in _CONTAINERS.values():
        if isinstance(value, container):
            return [container.__name__, *(pack(item, keep) for item in value)]
    return _unknown(value, keep)


def _unknown(value: Any, keep: Callable[[Any], int] | None) -> Any:
    if callable(getattr(value, "tolist", None)):  # numpy's numbers and arrays
        return pack(value.tolist(), keep)
    if keep is None:
        raise TypeError(f"a {type(value).__name__} is no plain data")
    return ["kept", keep(value)]


def unpack(data: Any, kept: Callable[[int], Any] | None = None) -> Any:
    """The value behind JSON data. `kept` turns the number of what is no plain data into something that stands for it.

    Raises TypeError, ValueError or RecursionError for what `pack` did not make.
    """
    if not isinstance(data, list):
        if isinstance(data, dict):
            raise ValueError("an object")
        return data
    tag, *items = data
    if tag == "dict":
        return {unpack(key, kept): unpack(item, kept) for key, item in items}
    if tag in _CONTAINERS:
        return _CONTAINERS[tag](unpack(item, kept) for item in items)
    if tag == "kept" and kept is not None:
        return kept(int(items[0]))
    return _SCALARS[tag](*items)


_CONTAINERS: dict[str, Any] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
_SCALARS: dict[str, Callable[..., Any]] = {
    "int": lambda text: int(text, 16),
    "complex": complex,
    "bytes": bytes.fromhex,
}
_PLAIN: dict[type, Callable[[Any], Any]] = {
    float: float,
    str: str,
    int: lambda value: int(value) if abs(value) < 1 << 63 else ["int", hex(value)],
    complex: lambda value: ["complex", value.real, value.imag],
    bytes: lambda value: ["bytes", value.hex()],
    bytearray: lambda value: ["bytes", value.hex()],
}


class Answer:
    """The namespace of an answer, and what was kept of it."""

    def __init__(self) -> None:
        self.space: dict[str, Any] = {"__name__": "answer"}
        self.kept: list[Any] = []

    def keep(self, value: Any) -> int:
        self.kept.append(value)
        return len(self.kept) - 1

    def run(self, program: str) -> list[str]:
        exec(compile(program, "answer.py", "exec", dont_inherit=True), self.space)
        return sorted(name for name, value in self.space.items() if callable(value))

    def call(self, name: str | int, arguments: Any, named: Any) -> Any:
        function = self.space[name] if isinstance(name, str) else self.kept[name]
        return function(*unpack(arguments, self.kept.__getitem__), **unpack(named, self.kept.__getitem__))

    def attribute(self, number: int, name: str) -> Any:
        return getattr(self.kept[number], name)

    def items(self, number: int) -> list[Any]:
        found = []
        for item in self.kept[number]:
            found.append(item)
            if len(found) > _MOST:
                raise ValueError(f"more than {_MOST} values")
        return found


def describe(problem: BaseException) -> list[Any]:
    """What was raised: name of its class, text, and the line of the answer where it came from."""
    line, trace = 0, problem.__traceback__
    while trace is not None:
        line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == "answer.py" else line
        trace = trace.tb_next
    if isinstance(problem, SyntaxError):
        line = problem.lineno or 0
    return [type(problem).__name__, str(problem)[:500], line]


def serve(requests: IO[str], replies: IO[str]) -> None:
    """Answer requests, one a line, until there are no more."""
    answer = Answer()
    for request in requests:
        try:
            name, *arguments = json.loads(request)
            result = {"value": pack(getattr(answer, name)(*arguments), answer.keep)}
        except BaseException as problem:  # noqa: BLE001 this is the edge: an answer may raise anything
            result = {"raised": describe(problem)}
        replies.write(json.dumps(result) + "\n")
        replies.flush()


def limit(seconds: int, memory: int) -> None:
    """So much processor time and address space, no other process, no byte written to a file."""
    import resource

    limits = {"CPU": seconds, "AS": memory, "FSIZE": 0, "NPROC": 0, "NOFILE": 32, "CORE": 0}
    for name, most in limits.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))


def main() -> None:
    requests, replies = os.fdopen(os.dup(0), "r"), os.fdopen(os.dup(1), "w")
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    settings = json.loads(requests.readline())
    sys.path[:] = settings["path"]
    limit(settings["seconds"], settings["memory"])
    replies.write("ready\n")
    replies.flush()
    serve(requests, replies)


if __name__ == "__main__":
    main()
