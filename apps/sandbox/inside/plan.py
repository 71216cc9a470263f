"""What the warm parent and the forked child agree on."""

import struct
from typing import NamedTuple

REPLY = struct.Struct(">BI")  # kind of reply, length of what follows
KINDS = ("", "error", "syntax", "no_entry", "memory", "output_limit", "invalid_output", "crashed")
MAX_DETAIL = 2_000
MEGABYTE = 1 << 20


class Task(NamedTuple):
    input: bytes  # JSON
    seed: int


class Program(NamedTuple):
    files: list[tuple[str, bytes]]
    entry: str  # file.py:function


class Limits(NamedTuple):
    """As in the contract of the host side, in the same order."""

    wall_seconds: float
    cpu_seconds: float
    memory_mb: int
    processes: int
    file_mb: int
    open_files: int
    output_kb: int


class Job(NamedTuple):
    program: Program
    tasks: list[Task]
    limits: Limits
    watched: bool = False  # what it prints, uses and leaves is passed on, for a person who tries it once


class Place(NamedTuple):
    """Where candidates run, prepared once by the warm parent."""

    scratch: str
    rules: int | None  # Landlock ruleset
    address_space: int  # bytes that the warm parent has mapped already
    resident: int  # bytes of them that are in memory and no file
    shared_disk: bool  # scratch is a folder on the host's disk, which nothing but us bounds


class Failure(Exception):
    """Why there is no answer: a failure label of the contract, and what an author should know."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail
