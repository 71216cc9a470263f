"""Truncation: the best, and nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Best:
    """The n best, each once; fewer where there are fewer. The choice of a (mu + lambda) evolution strategy."""

    name: ClassVar[str] = "best"

    def choose(self, ranked: Sequence[int], rng: Random, n: int) -> list[int]:
        return list(ranked[:n])
