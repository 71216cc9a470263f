"""Stays below the limit of one process, but in eight processes at once."""

PROGRAM = """
import os
import time

def run(asked):
    for _ in range(8):
        if os.fork() == 0:
            held = bytearray(b"x") * (100 << 20)
            time.sleep(3600)
    time.sleep(3600)
"""

EXPECT = {"cpu", "memory"}  # filling memory costs processor time; whichever limit is met first


def check(measured):
    if measured.failure == "memory":
        held = int(measured.detail.split(" held ")[1].split(" MB")[0])
        assert held < 800, "all eight children got their memory"
