"""Fills /dev/shm, which is memory."""

PROGRAM = """
import os

def run(asked):
    written = 0
    try:
        for number in range(100):
            with open("/dev/shm/big%d" % number, "wb") as file:
                for _ in range(8):
                    written += file.write(bytes(1 << 20))
    except OSError:
        pass
    return written
"""


def check(measured):
    assert measured.failure or int(measured.output) <= 8 << 20
