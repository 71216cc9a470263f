"""The set-up finds a Python that works, not one that is merely there."""

import os
import subprocess
import sys
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent.parent


def find(path: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the finder with this folder first on the PATH and no other Python within reach of HOME."""
    clean = {"PATH": f"{path}:/usr/bin:/bin", "HOME": str(path)} | environment
    return subprocess.run([BASE / "scripts/find-python"], env=clean, capture_output=True, text=True, check=False)


def put(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    return folder / name


def put_real(folder: Path, name: str) -> None:
    put(folder, name, f'exec {os.path.realpath(sys.executable)} "$@"')


def test_a_dead_shim_is_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "python3.14", "echo 'pyenv: python3.14: command not found' >&2; exit 127")
    put_real(tmp_path, "python3.13")
    found = find(tmp_path)
    assert found.returncode == 0, found.stderr
    assert found.stdout.strip() == os.path.realpath(sys.executable)


def test_an_old_python_is_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "python3.14", "exit 0")  # it works but is too old: it prints nothing
    put_real(tmp_path, "python3")
    assert find(tmp_path).returncode == 0


def test_a_version_that_only_pyenv_has_is_found(tmp_path: Path) -> None:
    put(tmp_path, "python3.13", "exit 127")
    put_real(tmp_path / "pyenv/versions/3.13.9/bin", "python3.13")
    found = find(tmp_path, PYENV_ROOT=str(tmp_path / "pyenv"))
    assert found.returncode == 0, found.stderr


def test_a_version_beside_its_shims_is_found_without_home(tmp_path: Path) -> None:
    shims = tmp_path / "pyenv" / "shims"
    put(shims, "python3.13", "exit 127")
    put_real(tmp_path / "pyenv/versions/3.13.9/bin", "python3.13")
    found = find(shims, HOME="")
    assert found.returncode == 0, found.stderr


def test_the_named_python_comes_first(tmp_path: Path) -> None:
    put_real(tmp_path, "python3.14")
    mine = put(tmp_path, "mine", "echo /my/own/python")
    assert find(tmp_path, PYTHON=str(mine)).stdout == "/my/own/python\n"


def test_without_any_it_says_what_to_install(tmp_path: Path) -> None:
    for name in ("python3.14", "python3.13", "python3.12", "python3"):
        put(tmp_path, name, "exit 127")
    tools = put_tools(tmp_path)
    clean = {"PATH": f"{tmp_path}:{tools}"}
    command = [BASE / "scripts/find-python"]
    found = subprocess.run(command, env=clean, capture_output=True, text=True, check=False)
    if found.returncode == 0:
        assert found.stdout.startswith(("/usr/", "/opt/"))  # this machine has a good one in a usual place
    else:
        assert "apt-get install python3" in found.stderr


def put_tools(folder: Path) -> Path:
    """A folder with the few programs the finder itself needs, and no Python."""
    tools = folder / "tools"
    tools.mkdir()
    for name in ("sh", "tr", "printf"):
        (tools / name).symlink_to(f"/usr/bin/{name}")
    return tools
