"""Never comes back, using nothing."""

PROGRAM = """
import time

def run(asked):
    time.sleep(3600)
"""

EXPECT = {"timeout"}
