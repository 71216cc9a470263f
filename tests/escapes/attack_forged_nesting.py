"""Writes an answer past its own checks: nested a hundred thousand levels deep."""

PROGRAM = """
import os
import struct

def run(asked):
    content = b"[" * 100_000 + b"]" * 100_000
    frame = struct.pack(">BI", 0, len(content)) + content
    for descriptor in range(64):
        try:
            os.write(descriptor, frame)
        except OSError:
            continue
    os._exit(0)
"""

EXPECT = {"invalid_output"}
