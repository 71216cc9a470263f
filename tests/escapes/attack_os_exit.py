"""Leaves in the middle."""

PROGRAM = """
import os

def run(asked):
    os._exit(0)
"""

EXPECT = {"crashed"}
