"""What one slot needs to start its sandboxes: isolation, folders, user ids, and where finished ones are waited for."""

import selectors
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .contract import Runtime
from .host import Departures, Host
from .identity import Identity, needed
from .isolation import Isolation
from .launching import Site, prepare


@dataclass(frozen=True, slots=True)
class Workshop:
    """Shared by the slots of a pool."""

    isolation: Isolation
    home: Path
    selector: selectors.BaseSelector
    departures: Departures


class Bench:
    """The place of one sandboxed program, kept when the program is replaced: its user id and its folder."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        confined = workshop.isolation.kind != "none"
        self._identity = Identity() if confined and needed() else None
        self._folder: Path | None = None

    @property
    def uid(self) -> int | None:
        return self._identity.uid if self._identity else None

    def start(self, program: str, runtime: Runtime, scratch_mb: int, max_body: int) -> Host:
        """Start `zygote` or `scorer` and return at once; the host says when it is ready. OSError if it cannot start."""
        workshop = self._workshop
        if workshop.isolation.kind != "bubblewrap":
            self._renew_folder()
        site = Site(workshop.isolation, runtime, scratch_mb, self._folder, self.uid)
        return Host(prepare(site, program), max_body, workshop.selector, workshop.departures)

    def close(self) -> None:
        """After everything that was started here has ended."""
        self._drop_folder()
        if self._identity:
            self._identity.release()

    def _renew_folder(self) -> None:
        self._drop_folder()
        parent = self._workshop.home / "scratch"
        parent.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(dir=parent))
        if self.uid is not None:
            shutil.chown(self._folder, self.uid, self.uid)

    def _drop_folder(self) -> None:
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
