"""The place in which another engine's evaluator believes to be: its folder, its packages, a python on the path."""

import importlib.util
import os
import random
import sys
import traceback
from types import ModuleType

from evoweb_jail import strictness

JAIL = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.dirname(JAIL)
SHIMS = os.path.join(JAIL, "shims")
_PROGRAMS = os.path.join(JAIL, "bin")


def enter(seed: int) -> None:
    """Once per evaluation. What draws from the global generators draws the same for the same seed."""
    os.chdir(FOLDER)
    if SHIMS not in sys.path:
        sys.path.append(SHIMS)  # last: a package of the project comes before our stand-in for it
        _offer_python()
    random.seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(seed % (1 << 32))


def path(name: str) -> str:
    """Where a file of the folder is."""
    return os.path.join(FOLDER, name)


def text(name: str) -> str:
    """A file of the folder."""
    with open(path(name), encoding="utf-8") as file:
        return file.read()


def module(name: str, file: str) -> ModuleType:
    """A Python file of the folder, imported once under a name."""
    if name in sys.modules:
        return sys.modules[name]
    place = path(file)
    if os.path.dirname(place) not in sys.path:
        sys.path.insert(0, os.path.dirname(place))
    spec = importlib.util.spec_from_file_location(name, place)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} cannot be imported")
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    try:
        spec.loader.exec_module(made)
    except BaseException:
        sys.modules.pop(name, None)  # half of a module would fail differently for the next task
        raise
    return made


def strict_module(name: str, file: str) -> ModuleType:
    """A Python file of the folder with its tolerances closed, as a module of its own."""
    made = ModuleType(name)
    made.__file__ = path(file)
    sys.modules[name] = made
    exec(strictness.closed(text(file), made.__file__), made.__dict__)
    return made


def described(problem: BaseException) -> str:
    """What was raised, with the frames of the folder's own files only."""
    frames = [
        frame
        for frame in traceback.extract_tb(problem.__traceback__)
        if frame.filename.startswith(FOLDER) and not frame.filename.startswith(JAIL)
    ]
    lines = traceback.format_list(frames) + traceback.format_exception_only(problem)
    return "".join(lines).replace(f"{FOLDER}/", "").strip()


def _offer_python() -> None:
    """Processes that the evaluator starts find python, and import what the evaluator can import."""
    os.makedirs(_PROGRAMS, exist_ok=True)
    for name in ("python", "python3"):
        link = os.path.join(_PROGRAMS, name)
        if not os.path.lexists(link):
            os.symlink(sys.executable, link)
    os.environ["PATH"] = os.pathsep.join((_PROGRAMS, os.environ.get("PATH", "/usr/bin")))
    os.environ["PYTHONPATH"] = os.pathsep.join(place for place in sys.path if place and place != FOLDER)
