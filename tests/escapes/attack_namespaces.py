"""Makes itself root in a user namespace and mounts."""

PROGRAM = """
import ctypes

def run(asked):
    libc = ctypes.CDLL(None, use_errno=True)
    reached = []
    for flag in (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x8000000, 0x4000000, 0x2000000):
        if libc.unshare(flag) == 0:
            reached.append(hex(flag))
    if libc.mount(b"none", b"/box/scratch", b"tmpfs", 0, None) == 0:
        reached.append("mount")
    if libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0) > 0:
        reached.append("clone")
    return reached
"""
