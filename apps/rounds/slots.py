"""Slots: which processes drive and perform on this machine, and which of them are dead.

A process holds a lock on its slot's file for as long as it lives; the lock goes with the process, however it dies. So
what a dead process had claimed is taken back at once, without waiting for its lease to run out.
"""

import fcntl
import os
import secrets
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import IO

MOST = 256


class Slot:
    """This process's slot. name is host/number/boot: the same slot started again has another boot."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "slots"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._host = socket.gethostname()
        self._file, self._number = self._first_free()
        boot = secrets.token_hex(6)
        self._file.seek(0)
        self._file.truncate()
        self._file.write(boot)
        self._file.flush()
        self.name = f"{self._host}/{self._number}/{boot}"

    def dead(self, holders: Iterable[str]) -> list[str]:
        """Those of the holders that certainly run no more; of other hosts nothing is certain but their leases."""
        return [holder for holder in holders if holder != self.name and self._is_dead(holder)]

    def close(self) -> None:
        """Give the slot back."""
        self._file.close()

    def _first_free(self) -> tuple[IO[str], int]:
        for number in range(MOST):
            file = (self._folder / f"{number}.lock").open("a+")
            if _locked(file):
                return file, number
            file.close()
        raise RuntimeError(f"all {MOST} slots under {self._folder} are taken")

    def _is_dead(self, holder: str) -> bool:
        host, _, rest = holder.rpartition("/")[0].rpartition("/")
        if host != self._host or not rest.isdigit():
            return False
        if int(rest) == self._number:
            return True
        try:
            with (self._folder / f"{rest}.lock").open("r+") as file:
                return _locked(file) or file.read() != holder.rpartition("/")[2]
        except FileNotFoundError:
            return True


def _locked(file: IO[str]) -> bool:
    os.set_inheritable(file.fileno(), False)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
