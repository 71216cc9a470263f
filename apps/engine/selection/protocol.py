"""What a selection rule is: a draw from a ranking, as data that a journal can hold."""

from collections.abc import Sequence
from random import Random
from typing import ClassVar, Protocol


class Selection(Protocol):
    """A named rule with parameters, a frozen dataclass with slots.

    ranked holds candidate numbers, best first, and is not empty; equal scores have been put in order of birth, so that
    a rank says everything. The answer is n numbers in the order drawn (see each rule for replacement). A rule looks at
    a few places of ranked only: it never copies it nor walks through it.
    """

    name: ClassVar[str]

    def choose(self, ranked: Sequence[int], rng: Random, n: int) -> list[int]: ...
