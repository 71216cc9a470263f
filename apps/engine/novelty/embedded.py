"""Likeness of programs by the angle between vectors that a model gives them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import hypot, sumprod

from apps.engine.novelty.protocol import Finding
from apps.engine.recipe import Context, Steps
from apps.engine.records import Chosen

type Vector = Sequence[float]
type Embed = Callable[[Context, Mapping[str, str]], Steps[Vector | None]]
type Known = Callable[[Chosen], Vector | None]


@dataclass(frozen=True, slots=True)
class Embedded:
    """New is what has a cosine of at most most_alike with each member (0.99 in ShinkaEvolve).

    embed asks for a program's vector, None where there is none; known has that of a member, from its traits for
    example. A program without a vector counts as new, as in ShinkaEvolve: an outage must not stop the search.
    """

    embed: Embed
    known: Known
    most_alike: float = 0.99
    compared: int = 200

    def judge(self, ctx: Context, texts: Mapping[str, str], members: Sequence[Chosen]) -> Steps[Finding]:
        vector = yield from self.embed(ctx, texts)
        if vector is None:
            return Finding(True)
        nearest, most = None, -1.0
        for member in members[-self.compared :]:
            other = self.known(member)
            alike = cosine(vector, other) if other is not None and len(other) == len(vector) else -1.0
            if alike > most:
                nearest, most = member, alike
        return Finding(most <= self.most_alike, nearest, max(most, 0.0))


def cosine(first: Vector, second: Vector) -> float:
    """The cosine of the angle between two vectors of equal length; 0 where one of them is nothing."""
    lengths = hypot(*first) * hypot(*second)
    return sumprod(first, second) / lengths if lengths else 0.0
