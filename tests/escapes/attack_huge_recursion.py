"""Lifts the limit of recursion and runs into the end of the stack."""

PROGRAM = """
import sys

sys.setrecursionlimit(1 << 30)

class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")

def run(asked):
    return Deep().a
"""

EXPECT = {"cpu", "crashed", "error", "memory", "timeout"}
