"""The assembled system call filter, run by an interpreter of its few instructions."""

import struct

import pytest

from apps.sandbox.inside import seccomp

ALLOWED, REFUSED, KILLED, MISSING = 0x7FFF0000, 0x00050001, 0x80000000, 0x00050026
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def judge(machine: str, number: int, arguments: tuple[int, ...] = (), audit: int | None = None) -> int:
    """What the filter decides about one system call."""
    data = struct.pack("IIQ6Q", number, audit or ARCHITECTURES[machine], 0, *(*arguments, *[0] * (6 - len(arguments))))
    code = list(struct.iter_unpack("HBBI", seccomp.program(machine)))
    position = accumulator = 0
    while True:
        operation, if_true, if_false, operand = code[position]
        position += 1
        if operation == 0x06:
            return operand
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("I", data, operand)
            continue
        holds = {0x15: accumulator == operand, 0x35: accumulator >= operand, 0x45: bool(accumulator & operand)}[
            operation
        ]
        position += if_true if holds else if_false


@pytest.mark.parametrize(("machine", "column"), [("x86_64", 0), ("aarch64", 1)])
def test_every_denied_call_is_refused(machine, column):
    for name, numbers in seccomp.DENIED.items():
        if numbers[column] is not None:
            assert judge(machine, numbers[column]) == REFUSED, name


@pytest.mark.parametrize(
    ("machine", "socket", "pair", "clone", "clone3", "limit", "control"),
    [("x86_64", 41, 53, 56, 435, 302, 16), ("aarch64", 198, 199, 220, 435, 261, 29)],
)
def test_calls_that_are_judged_by_their_arguments(machine, socket, pair, clone, clone3, limit, control):
    assert judge(machine, socket, (1,)) == REFUSED
    assert judge(machine, pair, (1,)) == ALLOWED
    assert judge(machine, pair, (2,)) == REFUSED
    assert judge(machine, clone, (0x01200011,)) == ALLOWED
    assert judge(machine, clone, (0x10000011,)) == REFUSED
    assert judge(machine, clone3) == MISSING
    assert judge(machine, limit, (0, 7)) == ALLOWED
    assert judge(machine, limit, (1, 7)) == REFUSED
    assert judge(machine, control, (0, 0x5401)) == ALLOWED
    assert judge(machine, control, (0, 0x5412)) == REFUSED
    assert judge(machine, control, (0, 0x541C)) == REFUSED


def test_ordinary_calls_pass_and_foreign_architectures_do_not():
    assert judge("x86_64", 0) == ALLOWED
    assert judge("aarch64", 63) == ALLOWED
    assert judge("x86_64", 0, audit=0x40000003) == KILLED
    assert judge("x86_64", 0x40000000 + 101) == MISSING
    with pytest.raises(KeyError):
        seccomp.program("riscv64")
