"""Measure a candidate once on every validation task."""

from collections.abc import Generator
from typing import Any

from apps.engine.effects import Effect, Measure


def everything(_ctx: object, child: int) -> Generator[Effect | list[Effect], Any, None]:
    """The plain way: all validation tasks, one repeat."""
    yield Measure(child)
