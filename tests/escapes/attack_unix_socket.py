"""Connects to a server behind a path that anybody may use, and one with an abstract name."""

PROGRAM = r"""
import socket

def run(asked):
    reached = []
    for address in (asked["unix"], "\0" + asked["abstract"]):
        try:
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(address)
            reached.append(address.strip("\0"))
        except OSError:
            continue
    return reached
"""

REAL = True  # without a sandbox it gets through
