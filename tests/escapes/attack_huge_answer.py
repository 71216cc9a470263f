"""Returns far more than an answer may be."""

PROGRAM = """
def run(asked):
    return "x" * (50 << 20)
"""

EXPECT = {"output_limit"}
