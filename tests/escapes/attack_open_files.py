"""Opens files until there are none left, and keeps them."""

PROGRAM = """
def run(asked):
    held = []
    try:
        while True:
            held.append(open("/dev/null"))
    except OSError:
        return 1 if len(held) < 64 else len(held)
"""


def check(measured):
    assert measured.output == b"1"
