"""Returns an answer that overflows the stack of whoever reads it."""

PROGRAM = """
def run(asked):
    value = []
    for _ in range(100_000):
        value = [value]
    return value
"""

EXPECT = {"invalid_output"}
