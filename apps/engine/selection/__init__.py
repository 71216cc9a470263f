from dataclasses import dataclass
from typing import ClassVar
@dataclass(frozen=True, slots=True)
class Best:
    name: ClassVar[str] = "best"
    def choose(self, ranked, rng, n): return list(ranked[:n])
@dataclass(frozen=True, slots=True)
class Seed:
    name: ClassVar[str] = "seed"
    def choose(self, ranked, rng, n): return [0]*n
