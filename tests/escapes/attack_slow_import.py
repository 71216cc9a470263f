"""Uses up its time while it is loaded, before it is asked anything."""

PROGRAM = """
import time

time.sleep(3600)

def run(asked):
    return []
"""

EXPECT = {"timeout"}
