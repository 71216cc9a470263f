"""Writes an answer past its own checks: a number that reads as infinite."""

PROGRAM = """
import os
import struct

def run(asked):
    content = b"[1e999]"
    frame = struct.pack(">BI", 0, len(content)) + content
    for descriptor in range(64):
        try:
            os.write(descriptor, frame)
        except OSError:
            continue
    os._exit(0)
"""

EXPECT = {"invalid_output"}
