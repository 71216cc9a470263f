"""Raises an exception that cannot be described."""

PROGRAM = """
class Hostile(Exception):
    def __str__(self):
        raise SystemExit(3)

    __repr__ = __str__

def run(asked):
    raise Hostile("x" * (10 << 20))
"""

EXPECT = {"crashed", "error"}
