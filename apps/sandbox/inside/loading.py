"""Loading a program from its files and calling its function; every way in which that can fail gets its label."""

import inspect
import linecache
import os
import sys
import traceback
import types
from collections.abc import Callable
from typing import Any

from .plan import MAX_DETAIL, Failure, Program

Function = Callable[..., Any]


def load(program: Program, folder: str) -> Function:
    """The function a program names, with its folder importable. Raises Failure."""
    name, _, wanted = program.entry.partition(":")
    source = dict(program.files).get(name)
    if source is None:
        raise Failure("no_entry", f"there is no file {name}")
    module = types.ModuleType(os.path.basename(name).removesuffix(".py"))
    module.__file__ = path = f"{folder}/{name}"
    sys.modules[module.__name__] = module
    code = _compile(source, path)
    call(lambda: exec(code, module.__dict__), folder, loading=True)
    function: Function | None = module.__dict__.get(wanted)
    if not callable(function):
        raise Failure("no_entry", f"{name} has no function {wanted}")
    return function


def call(action: Callable[[], Any], folder: str, loading: bool = False) -> Any:
    """What the action returns. Whatever a program raises becomes a Failure."""
    try:
        return action()
    except Failure:
        raise
    except MemoryError:
        raise Failure("memory", "MemoryError") from None
    except SystemExit as leaving:
        raise Failure("crashed", f"left with sys.exit({leaving.code!r:.200})") from None
    except BaseException as problem:  # noqa: BLE001 this is the edge: a program may raise anything
        kind = "syntax" if loading and isinstance(problem, SyntaxError) else "error"
        raise Failure(kind, describe(problem, folder)) from None


def search_path(packages: list[str]) -> list[str]:
    """Where a program's imports are looked for: the standard library and the project's packages, nothing of ours."""
    ours = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return [path for path in sys.path if path not in ("", ours)] + packages


def takes_seed(function: Function) -> bool:
    """Whether the function has a second positional parameter."""
    if isinstance(function, types.FunctionType):
        return function.__code__.co_argcount >= 2
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(parameter.kind in positional for parameter in parameters) > 1


def describe(problem: BaseException, folder: str) -> str:
    """The exception's last lines with the program's own frames only, at most MAX_DETAIL characters."""
    frames = [frame for frame in traceback.extract_tb(problem.__traceback__) if frame.filename.startswith(folder)]
    lines = traceback.format_list(frames) + traceback.format_exception_only(problem)
    return "".join(lines).replace(f"{folder}/", "").strip()[-MAX_DETAIL:]


def _compile(source: bytes, path: str) -> types.CodeType:
    try:
        text = source.decode()
        linecache.cache[path] = (len(source), None, text.splitlines(keepends=True), path)
        return compile(text, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as problem:
        raise Failure("syntax", describe(problem, os.path.dirname(path))) from None
