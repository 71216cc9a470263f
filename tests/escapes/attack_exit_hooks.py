"""Plants hooks that run when the process ends, and pretends to be the main program."""

PROGRAM = """
import atexit
import os
import sys
import threading
import time

if __name__ == "__main__":
    raise SystemExit("started as main program")

atexit.register(time.sleep, 3600)
threading._register_atexit(time.sleep, 3600)
sys.modules["__main__"] = sys.modules[__name__]

class Grave:
    def __del__(self):
        time.sleep(3600)

def run(asked):
    sys.grave = Grave()
    return []
"""
