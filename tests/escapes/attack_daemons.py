"""Leaves processes behind that have cut every tie and write on."""

PROGRAM = """
import os
import time

def run(asked):
    for _ in range(3):
        if os.fork() == 0:
            os.setsid()
            if os.fork():
                os._exit(0)
            while True:
                try:
                    open("/tmp/alive%d" % os.getpid(), "a").write("x")
                except OSError:
                    pass
                time.sleep(0.001)
    time.sleep(0.05)
    return []
"""
