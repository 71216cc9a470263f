"""The programs that run inside the sandbox: plain standard library, Python 3.11 or later, nothing of evoweb.

This folder is mounted read-only into every sandbox and started with `-m inside.<program>`. Only `wire`, `values` and
`seccomp` are also imported by the host side.
"""
