"""Looks for secrets and answers in the environment, arguments, files and memory of every process."""

PROGRAM = """
import os

def run(asked):
    reached = []
    try:
        pids = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        pids = [str(pid) for pid in range(1, 400)]
    for pid in pids:
        for part in ("environ", "cmdline", "maps", "root/etc/passwd", "cwd/evaluator.py", "fd/0", "fd/3", "fd/4"):
            try:
                handle = os.open("/proc/" + pid + "/" + part, os.O_RDONLY | os.O_NONBLOCK)
                if int(pid) != os.getpid() and os.read(handle, 1 << 16):
                    reached.append(pid + "/" + part)
            except OSError:
                continue
    return reached
"""
