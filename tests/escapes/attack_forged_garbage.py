"""Writes bytes that are no text at all as its answer."""

PROGRAM = """
import os
import struct

def run(asked):
    content = bytes(range(128, 256)) * 100
    frame = struct.pack(">BI", 0, len(content)) + content
    for descriptor in range(64):
        try:
            os.write(descriptor, frame)
        except OSError:
            continue
    os._exit(0)
"""

EXPECT = {"invalid_output"}
