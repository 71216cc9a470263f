"""Leaves folders nested so deeply that no path reaches them, and some without permissions."""

PROGRAM = """
import os

def run(asked):
    os.mkdir("closed")
    open("closed/file", "w").close()
    os.chmod("closed", 0)
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")
    return []
"""

EXPECT = {"", "output_limit"}  # on the host's disk it is ended instead
