"""Leaves modules and links where the next candidate would import or open them."""

PROGRAM = """
import os

def run(asked):
    for folder in (".", "/tmp", "/dev/shm"):
        for name in ("json.py", "os.py", "math.py", "program.py", "usercustomize.py"):
            try:
                os.path.exists(folder + "/" + name) and os.unlink(folder + "/" + name)
                open(folder + "/" + name, "w").write("raise SystemExit")
            except OSError:
                continue
    os.mkfifo("pipe")
    return []
"""
