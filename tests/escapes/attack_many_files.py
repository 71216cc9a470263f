"""Makes empty files until the kernel has no memory for them."""

PROGRAM = """
def run(asked):
    number = 0
    while True:
        open(str(number), "w").close()
        number += 1
"""

EXPECT = {"cpu", "error", "memory", "output_limit"}
