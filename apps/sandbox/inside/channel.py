"""The connection to the host side, which every program in here inherits as its standard input: a stream socket."""

import os
import signal
import socket

from . import wire

_CHUNK = 1 << 18


class HungUp(Exception):
    """The host side closed the connection: nobody waits for results any more."""


class Channel:
    def __init__(self, max_body: int) -> None:
        self.socket = socket.socket(fileno=os.dup(0))
        self._reader = wire.Reader(max_body)

    def receive(self) -> wire.Frame:
        """The next frame, however long it takes. Raises HungUp."""
        while (frame := self._reader.next()) is None:
            try:
                data = self.socket.recv(_CHUNK)
            except ConnectionResetError:
                data = b""
            if not data:
                raise HungUp
            self._reader.feed(data)
        return frame

    def send(self, header: wire.Header, *parts: bytes) -> None:
        try:
            self.socket.sendall(wire.encode(header, *parts))
        except (BrokenPipeError, ConnectionResetError):
            raise HungUp from None


def ordinary_signals() -> None:
    """No Python signal handlers: the first process of a pid namespace then ignores whatever is sent from inside."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
