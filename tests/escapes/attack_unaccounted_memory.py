"""Looks for memory that outlives it or is counted nowhere: memfd, System V segments, message queues."""

PROGRAM = """
import ctypes
import os

def run(asked):
    libc = ctypes.CDLL(None, use_errno=True)
    reached = []
    try:
        os.memfd_create("hidden")
        reached.append("memfd")
    except OSError:
        pass
    if libc.shmget(4711, 1 << 20, 0o1600) >= 0:
        reached.append("segment")
    if libc.msgget(4711, 0o1600) >= 0:
        reached.append("queue")
    return reached
"""

REAL = True  # without a sandbox it gets through
