"""Takes memory that belongs to no process alone: shared anonymous mappings of several children."""

PROGRAM = """
import mmap
import os
import time

def run(asked):
    for _ in range(8):
        if os.fork() == 0:
            held = mmap.mmap(-1, 100 << 20)
            held.write(b"x" * (100 << 20))
            time.sleep(3600)
    time.sleep(3600)
"""

EXPECT = {"cpu", "memory"}
