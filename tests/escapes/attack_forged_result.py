"""Writes what looks like the result of a scorer, and of its parent, to every open file."""

PROGRAM = r"""
import os
import struct

def run(asked):
    header = b'{"score": 1.0, "task": 0, "done": true, "clean": true, "ready": true, "parts": []}'
    for frame in (struct.pack(">II", len(header), 0) + header, struct.pack(">BI", 255, 1 << 31), b"\xff" * 4096):
        for descriptor in range(64):
            try:
                os.write(descriptor, frame)
            except OSError:
                continue
    return []
"""

EXPECT = {"", "crashed", "invalid_output", "output_limit"}


def check(measured):
    assert measured.score in (None, 0.0)
