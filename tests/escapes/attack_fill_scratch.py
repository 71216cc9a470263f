"""Fills its folder."""

PROGRAM = """
def run(asked):
    written = 0
    try:
        for number in range(100):
            with open("big%d" % number, "wb") as file:
                for _ in range(8):
                    written += file.write(bytes(1 << 20))
    except OSError:
        pass
    return written
"""

EXPECT = {"", "output_limit"}  # on the host's disk it is ended instead


def check(measured):
    assert measured.failure or int(measured.output) <= 8 << 20
