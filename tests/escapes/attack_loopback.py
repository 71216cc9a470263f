"""Connects to a server that listens on the host."""

PROGRAM = """
import socket

def run(asked):
    try:
        with socket.create_connection(("127.0.0.1", asked["port"]), 2) as connection:
            return [connection.recv(100).decode()]
    except OSError:
        return []
"""

REAL = True  # without a sandbox it gets through
