"""Raises an exception with a megabyte of text."""

PROGRAM = """
def run(asked):
    raise ValueError("x" * (1 << 20))
"""

EXPECT = {"error"}


def check(measured):
    assert len(measured.detail) <= 2000
