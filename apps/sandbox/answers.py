"""What a candidate answered, read on our side: hostile bytes, checked like a scorer's sandbox checks them."""

from typing import Any

from .inside import values


class NoAnswer(ValueError):
    """The bytes are no answer; the message says why."""


def decoded(output: bytes) -> Any:
    """The answer. Its size was bounded by the job's limits. Raises NoAnswer."""
    try:
        return values.decode(output)
    except values.NotData as problem:
        raise NoAnswer(str(problem)) from None
