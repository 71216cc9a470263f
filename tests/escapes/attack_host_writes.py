"""Writes to the host: next to a file that is known to be there, to the system, to its own mounts."""

PROGRAM = """
PATHS = "/usr /usr/bin /usr/lib /box /box/lib/inside /box/python/lib /dev /etc / /proc /home".split()

def run(asked):
    reached = []
    for folder in (asked["witness"], *(PATHS if asked["confined"] else ())):
        try:
            open(folder + "/written", "w").write("x")
            reached.append(folder)
        except OSError:
            continue
    return reached
"""

REAL = True  # without a sandbox it gets through
