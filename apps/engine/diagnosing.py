"""Edits in two questions: what is wrong on one task, and then the change that the answer asks for."""

from collections.abc import Sequence

from apps.engine.asking import Asking, Material, ask_about, ask_for_edit, measured
from apps.engine.prompting import sections as show
from apps.engine.recipe import Context, Steps, Vary
from apps.engine.records import Chosen, Shown

LOOKED_AT = 20  # of the worst measurements, among which one is drawn


def diagnosed(how: Asking | None = None) -> Vary:
    """Changes the first parent after a diagnosis of one of its unsolved tasks, drawn at random.

    Zhang et al., Darwin Gödel Machine, arXiv 2505.22954 (2025): a model reads the log of a failed task and proposes an
    improvement that would help beyond it; the improvement is then made. Where nothing was measured that may be shown,
    the diagnosis is of the program alone.
    """
    asking = how or Asking()

    def vary(ctx: Context, parents: Sequence[Chosen]) -> Steps[int | None]:
        base = parents[0]
        seen = yield from measured(ctx, base.number, LOOKED_AT)
        task = [ctx.random("task").choice(unsolved(seen))] if seen else []
        told = yield from ask_about(ctx, "reflect", [show.feedback(task), show.parent(base, ctx.edits)])
        sections = [show.feedback(task), show.note("What a study of this measurement found", told.text)]
        return (yield from ask_for_edit(ctx, asking, Material([base], sections=sections)))

    return vary


def unsolved(seen: Sequence[Shown]) -> Sequence[Shown]:
    """What failed or scored below the best of these; all where they are alike."""
    scores = [shown.score for shown in seen if shown.score is not None]
    best = max(scores, default=None)
    return [shown for shown in seen if shown.score is None or shown.score != best] or seen
