"""Takes ten gigabytes in one piece."""

PROGRAM = """
def run(asked):
    return len(bytearray(10 << 30))
"""

EXPECT = {"memory"}
