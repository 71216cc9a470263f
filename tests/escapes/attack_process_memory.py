"""Attaches to its parent and to a process of the host, and reads their memory."""

PROGRAM = """
import ctypes
import os

def run(asked):
    libc = ctypes.CDLL(None, use_errno=True)
    reached = []
    for pid in (asked["victim"], os.getppid()) if asked["confined"] else (asked["victim"],):
        if libc.ptrace(16, pid, 0, 0) == 0:
            reached.append("attached")
            libc.ptrace(17, pid, 0, 0)
        buffer = ctypes.create_string_buffer(8)
        local = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
        remote = (ctypes.c_void_p * 2)(id(None), 8)
        if libc.process_vm_readv(pid, local, 1, remote, 1, 0) > 0:
            reached.append("read")
        try:
            open("/proc/%d/mem" % pid, "rb").close()
            reached.append("opened")
        except OSError:
            pass
    return reached
"""

REAL = True  # without a sandbox it gets through
