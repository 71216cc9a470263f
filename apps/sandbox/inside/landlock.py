"""Landlock: which folders a process and its children may reach. One ruleset is made once and used for many children."""

import ctypes
import os
import struct
from collections.abc import Iterable

from . import kernel

_CREATE, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _DEVICE_IOCTL = 1 << 14, 1 << 15
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_ONLY_FOR_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _DEVICE_IOCTL


def version() -> int:
    """The kernel's Landlock ABI, 0 when there is none. Signals are scoped from 6 on, TCP is refused from 4 on."""
    try:
        return kernel.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    except OSError:
        return 0


def ruleset(readable: Iterable[str], writable: Iterable[str]) -> int:
    """A file descriptor for `restrict`: what is not named is out of reach. Paths that do not exist are left out."""
    abi = version()
    access = (1 << 13) - 1
    for needed, right in ((2, 1 << 13), (3, _TRUNCATE), (5, _DEVICE_IOCTL)):
        access |= right if abi >= needed else 0
    network = 3 if abi >= 4 else 0
    scope = 3 if abi >= 6 else 0
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    attributes = struct.pack("QQQ", access, network, scope)
    rules = kernel.syscall(_CREATE, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
    for paths, allowed in ((readable, _READ), (writable, access)):
        for path in filter(os.path.exists, paths):
            _allow(rules, path, allowed & access)
    return rules


def restrict(rules: int) -> None:
    """From here on this process and all its children live within the ruleset. Needs give_up_privileges before."""
    kernel.syscall(_RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(0))


def _allow(rules: int, path: str, access: int) -> None:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not os.path.isdir(path):
            access &= _ONLY_FOR_FILES
        rule = struct.pack("=Qi", access, handle)
        kernel.syscall(_ADD_RULE, ctypes.c_int(rules), ctypes.c_int(1), rule, ctypes.c_uint32(0))
    finally:
        os.close(handle)
