"""Crashes the interpreter."""

PROGRAM = """
import ctypes

def run(asked):
    return ctypes.string_at(0)
"""

EXPECT = {"crashed"}
