"""Runs a text as Python with a time limit, in this process or in another, and tells what came of it."""

import contextlib
import io
import os
import pickle
import random
import signal
import sys
import tempfile
import time
import traceback as tracebacks
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class ExecutionMode(Enum):
    """Where the code runs."""

    IN_PROCESS = "in_process"
    SUBPROCESS = "subprocess"


class TimeLimitError(Exception):
    """The time is up."""


@dataclass
class CodeExecutionResult:
    """What came of the code."""

    success: bool
    stdout: str = ""
    stderr: str = ""
    error: str = ""
    traceback: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    execution_time: float = 0.0
    code_hash: str = ""

    def get_variable(self, name: str, default: Any = None) -> Any:
        """A variable that the code left."""
        return self.variables.get(name, default)

    def to_side_info_dict(self) -> dict[str, Any]:
        """For an evaluator's side information."""
        told = {"Stdout": self.stdout, "Stderr": self.stderr}
        more = {"Error": self.error, "Traceback": self.traceback}
        return told | {name: text for name, text in more.items() if text}


@dataclass
class _Order:
    """What is to be run."""

    code: str
    variables: dict[str, Any]
    entry_point: str | None
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    wanted: list[str] | None
    seed: int | None


def execute_code(  # noqa: PLR0913 the documented signature
    code: str,
    timeout: float = 30.0,
    mode: ExecutionMode = ExecutionMode.IN_PROCESS,
    global_vars: dict[str, Any] | None = None,
    entry_point: str | None = None,
    entry_point_args: tuple[Any, ...] = (),
    entry_point_kwargs: dict[str, Any] | None = None,
    capture_variables: list[str] | None = None,
    seed: int | None = None,
    kill_child_processes: bool = True,
) -> CodeExecutionResult:
    """Run the code, then the function that entry_point names; its value is the variable "__return__"."""
    order = _Order(
        code, dict(global_vars or {}), entry_point, tuple(entry_point_args), dict(entry_point_kwargs or {}),
        capture_variables, seed,
    )  # fmt: skip
    started = time.perf_counter()
    result = _here(order, timeout) if mode == ExecutionMode.IN_PROCESS else _apart(order, timeout)
    result.execution_time = time.perf_counter() - started
    return result


def _here(order: _Order, timeout: float) -> CodeExecutionResult:
    out, err = io.StringIO(), io.StringIO()
    result = CodeExecutionResult(False)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            with _alarm(timeout):
                result.variables = _executed(order)
            result.success = True
        except TimeLimitError:
            result.error = f"TimeLimitError: more than {timeout} seconds"
        except Exception as problem:  # noqa: BLE001 whatever the code raises is its result
            result.error, result.traceback = str(problem), tracebacks.format_exc()
    result.stdout, result.stderr = out.getvalue(), err.getvalue()
    return result


def _apart(order: _Order, timeout: float) -> CodeExecutionResult:
    """In another process, from which only what can be pickled comes back."""
    with tempfile.TemporaryDirectory() as folder:
        answer = os.path.join(folder, "answer")
        child = os.fork()
        if not child:
            _tell(answer, _here(order, 0))
        try:
            with _alarm(timeout):
                os.waitpid(child, 0)
        except TimeLimitError:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return CodeExecutionResult(False, error=f"TimeLimitError: more than {timeout} seconds")
        try:
            with open(answer, "rb") as file:
                told: CodeExecutionResult = pickle.load(file)
        except (OSError, EOFError, pickle.UnpicklingError):
            return CodeExecutionResult(False, error="the process ended without a result")
        return told


def _tell(answer: str, result: CodeExecutionResult) -> None:
    try:
        kept = {name: value for name, value in result.variables.items() if _portable(value)}
        result.variables = kept
        with open(answer, "wb") as file:
            pickle.dump(result, file)
    finally:
        os._exit(0)


def _portable(value: Any) -> bool:
    try:
        pickle.dumps(value)
    except Exception:  # noqa: BLE001 modules, functions and what else cannot leave its process
        return False
    return True


def _executed(order: _Order) -> dict[str, Any]:
    """Variables that the code leaves."""
    if order.seed is not None:
        random.seed(order.seed)
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed(order.seed)
    space = {"__name__": "__main__", **order.variables}
    exec(order.code, space)
    if order.entry_point and order.entry_point in space:
        entry: Callable[..., Any] = space[order.entry_point]
        space["__return__"] = entry(*order.arguments, **order.keywords)
    names = order.wanted or [name for name in space if not name.startswith("__")]
    kept = {name: space.get(name) for name in names}
    return kept | ({"__return__": space["__return__"]} if "__return__" in space else {})


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(*_: Any) -> None:
        raise TimeLimitError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(0.0, seconds))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
