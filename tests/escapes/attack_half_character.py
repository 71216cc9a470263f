"""Returns text that is no valid Unicode."""

PROGRAM = r"""
def run(asked):
    return "a\ud800b"
"""

EXPECT = {"invalid_output"}
