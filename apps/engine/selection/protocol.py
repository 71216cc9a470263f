from collections.abc import Sequence
from random import Random
from typing import ClassVar, Protocol
class Selection(Protocol):
    name: ClassVar[str]
    def choose(self, ranked: Sequence[int], rng: Random, n: int) -> list[int]: ...
