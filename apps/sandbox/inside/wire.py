"""Length-prefixed frames between evoweb and its sandboxed hosts: a JSON header and raw byte parts, never pickles.

Layout: header length, body length (both 32 bit, big endian), header, body. The header's "parts" holds the lengths of
the parts that make up the body, so large inputs and outputs are relayed without being parsed or escaped again.
"""

import json
import struct
from typing import Any

PREFIX = struct.Struct(">II")
MAX_HEADER = 4 << 20

Header = dict[str, Any]
Frame = tuple[Header, list[bytes]]


class BrokenFrame(Exception):
    """The bytes are no frame, or a frame larger than agreed."""


def encode(header: Header, *parts: bytes) -> bytes:
    """One frame, ready to be sent."""
    text = json.dumps({**header, "parts": [len(part) for part in parts]}).encode()
    return b"".join((PREFIX.pack(len(text), sum(map(len, parts))), text, *parts))


class Reader:
    """Turns a byte stream into frames. Nothing is kept beyond `max_body` and MAX_HEADER bytes of one frame."""

    def __init__(self, max_body: int) -> None:
        self.max_body = max_body
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def next(self) -> Frame | None:
        """The next complete frame, or None until more bytes were fed. Raises BrokenFrame."""
        if len(self._buffer) < PREFIX.size:
            return None
        header_size, body_size = PREFIX.unpack_from(self._buffer)
        if header_size > MAX_HEADER or body_size > self.max_body:
            raise BrokenFrame(f"a frame of {header_size} + {body_size} bytes is larger than agreed")
        end = PREFIX.size + header_size + body_size
        if len(self._buffer) < end:
            return None
        split = PREFIX.size + header_size
        header = _parse(bytes(self._buffer[PREFIX.size : split]))
        parts = _cut(bytes(self._buffer[split:end]), header.pop("parts", None))
        del self._buffer[:end]
        return header, parts


def _parse(text: bytes) -> Header:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise BrokenFrame(f"header is not JSON: {problem}") from None
    if not isinstance(header, dict):
        raise BrokenFrame("header is not an object")
    return header


def _cut(body: bytes, sizes: object) -> list[bytes]:
    if not isinstance(sizes, list) or not all(type(size) is int and size >= 0 for size in sizes):
        raise BrokenFrame("header has no sizes of parts")
    if sum(sizes) != len(body):
        raise BrokenFrame("parts do not add up to the body")
    parts, start = [], 0
    for size in sizes:
        parts.append(body[start : start + size])
        start += size
    return parts
