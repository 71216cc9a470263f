"""Types commands into the terminal that evoweb was started from."""

PROGRAM = r"""
import fcntl
import os
import termios

def run(asked):
    reached = []
    for path in (0, 1, 2, "/dev/tty", "/dev/console", "/dev/pts/0"):
        try:
            handle = path if isinstance(path, int) else os.open(path, os.O_RDWR)
            for letter in b"echo typed\n":
                fcntl.ioctl(handle, termios.TIOCSTI, bytes([letter]))
            reached.append(str(path))
        except OSError:
            continue
    return reached
"""
