"""What judges novelty: steps, so that a model may be asked on the way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from apps.engine.asking import Check, Edit
from apps.engine.recipe import Context, Steps
from apps.engine.records import Chosen


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether it is new; the member nearest to it (None: none was compared) and how alike they are, 1 the same."""

    new: bool
    nearest: Chosen | None = None
    likeness: float = 0.0
    why: str = ""


class Novelty(Protocol):
    """Compares a program's texts, by path, with members: those of its island, as many as are worth a comparison."""

    def judge(self, ctx: Context, texts: Mapping[str, str], members: Sequence[Chosen]) -> Steps[Finding]: ...


def nearest(
    texts: Mapping[str, str],
    members: Sequence[Chosen],
    alike: Callable[[Mapping[str, str], Mapping[str, str]], float],
    most_alike: float,
) -> Finding:
    """New is what is at most most_alike like each member; of members equally like it the first one is named."""
    found, most = None, 0.0
    for member in members:
        likeness = alike(texts, member.texts)
        if found is None or likeness > most:
            found, most = member, likeness
    return Finding(most <= most_alike, found, most)


def only_new(novelty: Novelty, base: Chosen, members: Sequence[Chosen]) -> Check:
    """The check of an edit of base that complains where what comes of it is not new beside the members.

    Novelty rejection as in ShinkaEvolve (Lange et al. 2025, section 3.2): the edit is asked for again, and is told why.
    """

    def check(ctx: Context, edit: Edit) -> Steps[str]:
        finding = yield from novelty.judge(ctx, {**base.texts, **edit}, members)
        if finding.new or finding.nearest is None:
            return ""
        reason = f": {finding.why}" if finding.why else ""
        return f"it is not new: {finding.likeness:.0%} like program {finding.nearest.number}{reason}"

    return check
