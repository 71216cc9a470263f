"""Programs, judged by unit tests that run apart from them.

The answer runs in a process of its own (answering.py), which is told what to call and hands back plain data. The tests
run here. So an answer can neither see its tests nor what they expect, nor end them, nor change what "equal" means; what
it gives back is compared by this process. What that costs: a test cannot hand over functions or objects of its own, and
sees no change that the answer makes to a list it was given.
"""

import ast
import builtins
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .answering import pack, unpack
from .verdicts import Verdict, verdict

_SOURCE = Path(__file__).with_name("answering.py").read_text()
_COMMAND = (sys.executable, "-s", "-S", "-B", "-P", "-c", _SOURCE)
_LARGEST_REPLY = 16 << 20
_MOST_TOLD = 3
_START_SECONDS = 10.0  # for the interpreter


class CannotHandOver(BaseException):
    """A test hands the answer something that is no plain data: the test is at fault, not the answer."""


class Gone(BaseException):
    """The answer's process has ended or took too long; no test may catch that."""


class AnswerError(Exception):
    """What the answer raised, where it is no exception that Python itself has."""


def unit_tests(
    program: object,
    tests: Sequence[str],
    *,
    calls: Sequence[str] = (),
    setup: str = "",
    seconds: float = 5.0,
    memory_mb: int = 256,
) -> Verdict:
    """Right where the program passes every test; metrics["passed"] is the share that it passes.

    tests: Python texts, each run by itself after setup. calls: names that stand for functions and classes of the
    program; without it every name that the tests use and nobody else defines. seconds are for all tests together.
    Raises what a faulty setup raises, SyntaxError for a faulty test, and CannotHandOver.
    """
    if not isinstance(program, str):
        return verdict(False, f"a program was expected, not a {type(program).__name__}", passed=0.0)
    codes = [compile(test, f"test {number}", "exec") for number, test in enumerate(tests, 1)]
    space: dict[str, Any] = {"__name__": "tests"}
    exec(compile(setup, "setup", "exec"), space)
    used = {name for test in tests for name in _used(test)} - set(dir(builtins)) - space.keys()
    with _Answerer(seconds, memory_mb) as answerer:
        try:
            defined = answerer.ask("run", program)
        except (Gone, Exception) as problem:  # noqa: BLE001 an answer may raise anything
            return verdict(False, f"the program does not run: {_told(problem)}", passed=0.0)
        for name in calls or sorted(used.intersection(map(str, defined))):
            space[name] = answerer.function(name)
        faults = [fault for number, code in enumerate(codes, 1) if (fault := _fault(number, code, space))]
    share = 1 - len(faults) / max(1, len(tests))
    more = f"; and {len(faults) - _MOST_TOLD} more" if len(faults) > _MOST_TOLD else ""
    return verdict(not faults, "; ".join(faults[:_MOST_TOLD]) + more, passed=share)


def _fault(number: int, code: Any, space: dict[str, Any]) -> str:
    """What a test has against the answer, or ""."""
    try:
        exec(code, dict(space))
    except (Gone, Exception) as problem:  # noqa: BLE001 an answer may raise anything, in any test
        return f"test {number}: {_told(problem)}"
    return ""


def _told(problem: BaseException) -> str:
    """In words that give nothing of the test away."""
    if isinstance(problem, AssertionError):
        return "what it gives is wrong"
    where = getattr(problem, "line", 0)
    text = f"{type(problem).__name__}: {problem}" if not isinstance(problem, (Gone, AnswerError)) else str(problem)
    return f"{text} (line {where} of the program)" if where else text


def _used(test: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(test)):
        if isinstance(node, ast.Name):
            yield node.id


class _Answerer:
    """The process that runs one answer."""

    def __init__(self, seconds: float, memory_mb: int) -> None:
        self._seconds = seconds
        self._unread = b""
        self._process = subprocess.Popen(
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
            cwd="/",
        )
        self._deadline = time.monotonic() + _START_SECONDS
        self._send({"path": _path(), "seconds": int(seconds) + 2, "memory": memory_mb << 20})
        self._line()  # it is ready
        self._deadline = time.monotonic() + seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # it leads a session of its own
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(BrokenPipeError):
                assert pipe is not None
                pipe.close()

    def ask(self, *request: object) -> Any:
        """What the answer's process replies. Raises what the answer raised, Gone where it is gone or too slow."""
        self._send(request)
        try:
            reply = json.loads(self._line())
            raised = _local(*reply["raised"]) if "raised" in reply else None
            value = None if raised else unpack(reply["value"], lambda number: Kept(self, number))
        except (ValueError, TypeError, LookupError, RecursionError, OverflowError):
            raise Gone("it gave back what is no data") from None
        if raised is not None:
            raise raised
        return value

    def function(self, name: str | int) -> Callable[..., Any]:
        """What calls a function or class of the answer."""

        def called(*arguments: object, **named: object) -> Any:
            return self.ask("call", name, _handed(list(arguments)), _handed(named))

        return called

    def _send(self, message: object) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Gone("its process has ended") from None

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        output = self._process.stdout.fileno()
        while b"\n" not in self._unread:
            left = self._deadline - time.monotonic()
            if left <= 0 or not select.select([output], [], [], left)[0]:
                raise Gone(f"it took longer than {self._seconds:g} seconds")
            data = os.read(output, 1 << 16)
            if not data:
                raise Gone("its process has ended: it used too much memory or time, or left by itself")
            self._unread += data
            if len(self._unread) > _LARGEST_REPLY:
                raise Gone("it gave back too much")
        line, _, self._unread = self._unread.partition(b"\n")
        return line


class Kept:
    """Stands for something of the answer that is no plain data: an object, a generator, a function."""

    def __init__(self, answerer: _Answerer, number: int) -> None:
        self._answerer = answerer
        self._number = number

    def __iter__(self) -> Iterator[Any]:
        return iter(self._answerer.ask("items", self._number))

    def __call__(self, *arguments: object, **named: object) -> Any:
        return self._answerer.function(self._number)(*arguments, **named)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._answerer.ask("attribute", self._number, name)


def _handed(value: object) -> object:
    """What a test hands over, as JSON data."""
    try:
        return pack(value, _number_of)
    except (TypeError, RecursionError) as problem:
        raise CannotHandOver(f"a test may hand over plain data only: {problem}") from None


def _number_of(value: object) -> int:
    if isinstance(value, Kept):
        return value._number
    raise TypeError(f"this is a {type(value).__name__}")


def _local(name: str, text: str, line: int) -> Exception:
    """What the answer raised, as the exception of that name that Python itself has, else as an AnswerError."""
    kind = getattr(builtins, name, None)
    known = isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, AssertionError)
    try:
        problem: Exception = kind(str(text)) if known and kind else AnswerError(f"{name}: {text}")
    except TypeError:  # one that is made of more than a text
        problem = AnswerError(f"{name}: {text}")
    problem.__dict__["line"] = int(line)
    return problem


def _environment() -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**plain, "PYTHONHASHSEED": "0"}


def _path() -> list[str]:
    """Where the answer's imports are looked for: as here, without the evaluator's own files."""
    here = str(Path(__file__).parent.parent)
    return [place for place in sys.path if place not in ("", here)]
