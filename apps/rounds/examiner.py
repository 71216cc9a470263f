"""Checks of uploads run in a process of their own: they take seconds, and the worker drives runs meanwhile."""

import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings

from apps.rounds import intake

PAUSE = 5.0  # seconds between two starts: a process that cannot even begin is not started every second


class Examiner:
    """Starts that process when there is something to check, one at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._started = -PAUSE

    def look(self) -> None:
        """Start it if an intake waits and it does not run already."""
        if self._process is not None and self._process.poll() is None:
            return
        if (time.monotonic() - self._started < PAUSE and self._failed) or not intake.due():
            return
        command = [sys.executable, str(Path(settings.BASE) / "manage.py"), "check_uploads"]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self._started = time.monotonic()

    @property
    def _failed(self) -> bool:
        return self._process is not None and self._process.returncode != 0
