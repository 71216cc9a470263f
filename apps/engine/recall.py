"""Reading a method's memory: `Choose("memory", rule)` answers with what the rule draws from its present value."""

from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar, Protocol


class Draw(Protocol):
    """A rule that draws from a memory, for example a vector from a distribution. Its answer is JSON."""

    name: ClassVar[str]

    def draw(self, memory: Any, rng: Random, n: int) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Recall:
    """The whole memory, as the one item of the answer."""

    name: ClassVar[str] = "recall"

    def draw(self, memory: Any, rng: Random, n: int) -> list[Any]:
        return [memory]
