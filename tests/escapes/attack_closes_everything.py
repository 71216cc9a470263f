"""Closes all its files and goes on."""

PROGRAM = """
import os
import time

def run(asked):
    os.closerange(0, 1000)
    time.sleep(3600)
"""

EXPECT = {"crashed"}
