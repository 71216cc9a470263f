"""Forks for ever, in every child too."""

PROGRAM = """
import os

def run(asked):
    while True:
        try:
            os.fork()
        except OSError:
            pass
"""

EXPECT = {"cpu", "timeout"}
