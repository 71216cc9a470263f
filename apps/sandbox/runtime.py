"""What a candidate may import: an interpreter, the packages a project named, and nothing of evoweb's own.

Packages are built once, under home/runtimes/<key>/, and mounted read-only. A version that evoweb itself has installed
is copied file by file as its record says, which works without a network; everything else is fetched by pip.
"""

import fcntl
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from .contract import Runtime
from .launching import PACKAGES

_INTERPRETER = "/box/python"
_PIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9.!+_-]*")
_PIP_SECONDS = 900


class RuntimeBuildError(RuntimeError):
    """A package cannot be had; the message names it and says why."""


def prepare(packages: Sequence[str], home: Path, preload: Sequence[str] = ()) -> Runtime:
    """The runtime with exactly these pinned packages (`name==version`) and what they need.

    Builds it if it does not exist yet. `preload` names modules that are imported once, before candidates are forked.
    Raises RuntimeBuildError; ValueError for a package that is not pinned.
    """
    for package in packages:
        if not _PIN.fullmatch(package):
            raise ValueError(f"package {package!r} is not pinned as name==version")
    python, mounts, environment = _interpreter()
    wanted = sorted(packages)
    key = hashlib.sha256(json.dumps([sys.version, str(sys.base_prefix), wanted]).encode()).hexdigest()[:32]
    if wanted:
        mounts = (*mounts, (_built(wanted, home / "runtimes", key), PACKAGES))
    loaded = hashlib.sha256(json.dumps([key, list(preload)]).encode()).hexdigest()[:32]
    return Runtime(loaded, python, mounts, environment, tuple(preload))


def _interpreter() -> tuple[Path, tuple[tuple[Path, str], ...], dict[str, str]]:
    """The interpreter evoweb runs on, without its virtual environment: where it is inside, mounts, environment."""
    base = Path(sys.base_prefix)
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if base == Path("/usr"):
        return base / "bin" / name, (), {}
    mounts = ((base / "lib", f"{_INTERPRETER}/lib"), ((base / "bin" / name).resolve(), f"{_INTERPRETER}/bin/{name}"))
    shared = {"LD_LIBRARY_PATH": f"{_INTERPRETER}/lib"} if sysconfig.get_config_var("Py_ENABLE_SHARED") else {}
    return Path(_INTERPRETER, "bin", name), mounts, shared


def _built(packages: list[str], folder: Path, key: str) -> Path:
    """The folder of the packages. One process builds it, others wait; half of one is never seen."""
    finished = folder / key
    if finished.is_dir():
        return finished
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.is_dir():
            _build(packages, folder / f"{key}.building", finished)
    return finished


def _build(packages: list[str], workplace: Path, finished: Path) -> None:
    shutil.rmtree(workplace, ignore_errors=True)
    workplace.mkdir()
    try:
        if not all(_copy(package, workplace) for package in packages):
            _install(packages, workplace)
        _open_to_readers(workplace)
        workplace.rename(finished)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)


def _copy(package: str, target: Path) -> bool:
    """Copy a package that evoweb has installed in this very version; False if it has not, or if it needs others."""
    name, _, version = package.partition("==")
    try:
        installed = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    needs = [line for line in installed.requires or () if "extra ==" not in line]
    if installed.version != version or needs or not installed.files:
        return False
    for file in installed.files:
        if ".." in file.parts or file.suffix == ".pyc":
            continue  # commands outside of the packages' folder
        destination = target / file
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(str(file.locate()), destination)
    return True


def _install(packages: list[str], target: Path) -> None:
    shutil.rmtree(target)
    options = (
        "--target",
        str(target),
        "--no-input",
        "--disable-pip-version-check",
        "--no-compile",
        "--only-binary",
        ":all:",
    )
    command = [sys.executable, "-m", "pip", "install", *options, *packages]
    try:
        pip = subprocess.run(command, capture_output=True, text=True, timeout=_PIP_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise RuntimeBuildError(f"pip did not finish within {_PIP_SECONDS} s: {' '.join(packages)}") from None
    if pip.returncode:
        errors = [line for line in pip.stderr.splitlines() if line.startswith("ERROR")] or pip.stderr.splitlines()
        raise RuntimeBuildError(
            f"cannot install {_guilty(packages, pip.stderr)}: {errors[-1] if errors else 'pip failed'}"
        )


def _guilty(packages: list[str], errors: str) -> str:
    """The packages pip complains about, as far as that can be told."""
    named = [package for package in packages if package in errors]
    return " ".join(named or packages)


def _open_to_readers(folder: Path) -> None:
    """Sandboxes run under another user id."""
    for place, _, files in os.walk(folder):
        os.chmod(place, 0o755)
        for file in files:
            path = Path(place, file)
            path.chmod(0o755 if path.stat().st_mode & 0o111 else 0o644)
