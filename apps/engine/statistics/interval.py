"""A figure with what it could as well have been."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the bounds of its interval."""

    mean: float
    low: float
    high: float
