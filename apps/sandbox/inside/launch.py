"""The step before the sandbox, run outside of it: becomes an ordinary user and starts bubblewrap (or its substitute).

A program of its own because these steps are unsafe between fork and exec of a process with threads. As root it first
makes the mounts reachable: interpreter, packages and this folder may lie below a folder such as root's home, which the
ordinary user must not enter. They are bound below STAGE in a mount namespace that only this process sees.

The only argument is a JSON object: "uid" (null: stay who we are), "stage" (pairs: host path, name below STAGE), "argv",
"environment", "folder" (where to start), and "readable", "writable" (for Landlock, or null).
"""

import json
import os
import resource
import stat
import sys
from typing import Any

from . import kernel, landlock

STAGE = "/tmp"  # exists everywhere and can be entered by everybody; covered in our own mount namespace only
_CLONE_NEWNS = 0x20000
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 0x40000
_MS_NOSUID, _MS_NODEV = 2, 4


def main() -> None:
    order: dict[str, Any] = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if order["stage"]:
        _stage(order["stage"])
    if order["uid"] is not None:
        _become(order["uid"])
    os.chdir(order["folder"])
    if order["readable"] is not None:
        kernel.give_up_privileges()
        landlock.restrict(landlock.ruleset(order["readable"], order["writable"]))
    os.execve(order["argv"][0], order["argv"], order["environment"])


def _stage(sources: list[list[str]]) -> None:
    kernel.unshare(_CLONE_NEWNS)
    kernel.mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    handles = [os.open(source, os.O_PATH | os.O_CLOEXEC) for source, _ in sources]  # before STAGE covers them
    kernel.mount("tmpfs", STAGE, "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=755,size=64k")
    for handle, (_, name) in zip(handles, sources, strict=True):
        target = f"{STAGE}/{name}"
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            os.mkdir(target)
        else:
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY))
        kernel.mount(f"/proc/self/fd/{handle}", target, None, _MS_BIND | _MS_REC)


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


if __name__ == "__main__":
    main()
