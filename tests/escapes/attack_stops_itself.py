"""Stops itself with a signal, so that it neither ends nor answers."""

PROGRAM = """
import os
import signal

def run(asked):
    os.kill(os.getpid(), signal.SIGSTOP)
"""

EXPECT = {"timeout"}
