"""A scratchpad: what a model made of the last candidates, as advice for the next ones.

The meta scratchpad of ShinkaEvolve: Lange, Imajuku and Cetin, arXiv 2509.19349 (2025). Every so many candidates a model
reads what was tried and recommends; one recommendation at random enters each prompt. It is kept by the candidate of the
round in which it was written, as a trait, so that it is a fold of records like every memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar

from apps.engine.asking import ask_about
from apps.engine.effects import Choose, Refused, Rule
from apps.engine.population import Judged
from apps.engine.prompting import sections as show
from apps.engine.recipe import Context, Steps
from apps.engine.selection import Best

ADVICE = "advice"  # the trait of a candidate in whose round advice was written
MOST = 5  # recommendations
LONGEST = 1_000  # characters of one
BEST, LATEST = 3, 10  # programs that are read
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "insights": {"type": "string"},
        "recommendations": {"type": "array", "items": {"type": "string"}, "maxItems": MOST},
    },
    "required": ["insights", "recommendations"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Pad:
    """The advice that stands, and how many candidates were judged since it was written."""

    advice: tuple[str, ...] = ()
    since: int = 0

    def after(self, judged: Judged) -> "Pad":
        """With one more child."""
        if ADVICE in judged.traits:
            return Pad(tuple(judged.traits[ADVICE]) or self.advice)
        return Pad(self.advice, self.since + 1)


@dataclass(frozen=True, slots=True)
class Advice:
    """`Choose("memory", Advice(every))`: {"due": whether to write anew, "one": a recommendation at random, or ""}.

    Draws from a memory {"pad": Pad, ...}.
    """

    every: int = 10
    name: ClassVar[str] = "advice"

    def draw(self, memory: Mapping[str, Pad], rng: Random, n: int) -> list[dict[str, Any]]:
        pad = memory["pad"]
        return [{"due": pad.since >= self.every, "one": rng.choice(pad.advice) if pad.advice else ""}]


def advised(ctx: Context, latest: Rule) -> Steps[list[str]]:
    """Ask for advice on the best programs and on those that a rule calls the latest; [] where none comes of it."""
    best = yield Choose("candidate", Best(), BEST)
    last = yield Choose("candidate", latest, LATEST)
    told = [
        show.programs("The best programs", best, ctx.edits, priority=show.FEEDBACK),
        show.programs("The latest programs, good or bad, youngest first", last, ctx.edits),
    ]
    try:
        reply = yield from ask_about(ctx, "summarise", told, schema=SCHEMA)
    except Refused:
        return []
    return recommended(reply.data)


def recommended(data: Any) -> list[str]:
    """The recommendations of a reply, bounded; [] where it holds none."""
    found = data.get("recommendations") if isinstance(data, Mapping) else None
    if not isinstance(found, Sequence) or isinstance(found, str):
        return []
    return [each[:LONGEST] for each in found if isinstance(each, str) and each.strip()][:MOST]
