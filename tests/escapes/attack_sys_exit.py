"""Leaves politely in the middle."""

PROGRAM = """
import sys

def run(asked):
    sys.exit(0)
"""

EXPECT = {"crashed"}
