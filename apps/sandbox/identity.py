"""Ordinary user ids for sandboxes that are started by root, one per sandbox and never two alike on one machine."""

import os
import socket

# Not handed out by distributions; systemd documents 60578-61183 as unused.
_FIRST, _LAST = 60600, 61180


class NoIdentity(RuntimeError):
    """Every user id of the range is taken."""


class Identity:
    """A user id, held by an abstract socket name: the kernel gives it out once and takes it back when we die."""

    def __init__(self) -> None:
        for uid in range(_FIRST, _LAST + 1):
            holder = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            try:
                holder.bind(f"\0evoweb-sandbox-{uid}")
            except OSError:
                holder.close()
                continue
            self._holder = holder
            self.uid = uid
            return
        raise NoIdentity(f"all user ids from {_FIRST} to {_LAST} are in use by sandboxes")

    def release(self) -> None:
        self._holder.close()


def needed() -> bool:
    """Only root can become somebody else, and must."""
    return os.geteuid() == 0
