"""Gives its parent the lowest priority and a single processor, for all later candidates."""

PROGRAM = """
import os

def run(asked):
    reached = []
    attempts = {
        "nice": lambda: os.setpriority(os.PRIO_PROCESS, 1, 19),
        "affinity": lambda: os.sched_setaffinity(1, {0}),
        "idle": lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)),
    }
    for name, attempt in attempts.items():
        try:
            attempt()
            reached.append(name)
        except OSError:
            continue
    return reached
"""
