"""Returns objects that run code of the candidate while they are turned into data."""

PROGRAM = """
import time

class Listed(dict):
    def items(self):
        time.sleep(3600)

class Array:
    def tolist(self):
        raise KeyboardInterrupt

def run(asked):
    return [Array(), Listed(a=1)]
"""

EXPECT = {"crashed", "error", "timeout"}
