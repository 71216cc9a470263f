"""Reads files of the host, of root and of evoweb."""

PROGRAM = """
import glob
import os

PATHS = ("/etc/shadow", "/etc/passwd", "/root", "/etc/hostname", "/home", "/var/lib")

def run(asked):
    reached = []
    for path in (*PATHS, asked["secret_file"], asked["home"]):
        try:
            reached.append(os.listdir(path) if os.path.isdir(path) else open(path, "rb").read().hex())
        except OSError:
            continue
    return reached
"""

REAL = True  # without a sandbox it gets through
