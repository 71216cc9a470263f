"""Prints a gigabyte."""

PROGRAM = """
import sys

def run(asked):
    for _ in range(1 << 10):
        sys.stdout.write("x" * (1 << 20))
        sys.stderr.write("x" * (1 << 10))
    return []
"""

EXPECT = {"", "cpu"}  # a slow machine spends the processor time that is allowed on the copying
