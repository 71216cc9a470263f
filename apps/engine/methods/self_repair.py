"""Self-repair: what fails goes back to the model with its errors, a few times, before anything else is tried.

How Many Tries Does It Take?, arXiv 2604.10508 (2026), with at most five attempts, and Olausson et al., Is Self-Repair a
Silver Bullet for Code Generation?, ICLR (2024), arXiv 2306.09896, who ask whether the calls were not better spent on
fresh drafts. A draft changes the best candidate; while it does not solve every task, the model sees the commonest kind
of its errors and mends its newest attempt, better or not, for up to `rounds` times. Then comes the next draft.

solved is the score at which a task counts as solved. rounds 0 is the control: the same calls, all for drafts. What each
kind of error and each attempt brought is counted (archives/repairs.py).

Differences: no second model explains the errors, the one that repairs is told to find their cause; a draft starts from
the best candidate and not from the statement alone, which is the seed; each attempt is a candidate and a round.
"""

from collections.abc import Sequence

from apps.engine.archives.repairs import ATTEMPT, ERROR, Repairs, attempt_of
from apps.engine.asking import Asking, Material, ask_for_edit, asked, measured
from apps.engine.effects import Choose
from apps.engine.errors import KINDS, commonest, kind_of
from apps.engine.evidence import Evidence
from apps.engine.prompting import sections as show
from apps.engine.recipe import Context, Outcome, Recipe, Steps, concluded
from apps.engine.records import Chosen, Shown
from apps.engine.selection.to_repair import ToRepair
from apps.engine.setup import Setup

MOST = 100  # rounds of repair
LOOKED_AT = 50  # measurements by which the commonest kind of error is told
REPAIR = Asking(template="repair", role="repair")


def turn(recipe: Recipe, ctx: Context) -> Steps[Outcome]:
    """The next attempt at what is broken, or else a draft."""
    broken = yield Choose("candidate", ToRepair())
    if broken:
        child = yield from repaired(ctx, broken[0])
    else:
        parents = yield Choose("candidate", recipe.select)
        child = yield from recipe.vary(ctx, parents)
    return (yield from concluded(recipe, ctx, child))


def repaired(ctx: Context, broken: Chosen) -> Steps[int | None]:
    """An attempt at the commonest kind of its errors."""
    solved = ctx.parameters["solved"]
    seen = yield from measured(ctx, broken.number, LOOKED_AT)
    kind = commonest(seen, solved)
    traits = {ATTEMPT: attempt_of(broken.traits) + 1, ERROR: kind}
    sections = [show.note("What is wrong", wrong(kind, seen, solved)), show.feedback(of_kind(kind, seen, solved))]
    return (yield from ask_for_edit(ctx, REPAIR, Material([broken], sections=sections), traits=traits))


def of_kind(kind: str, seen: Sequence[Shown], solved: float) -> list[Shown]:
    """A few measurements of that kind; the worst of all where none is."""
    return [shown for shown in seen if kind_of(shown, solved) == kind][:3] or list(seen[:3])


def wrong(kind: str, seen: Sequence[Shown], solved: float) -> str:
    """The kind of error in a sentence, and how many measurements are of it."""
    count = sum(kind_of(shown, solved) == kind for shown in seen)
    return f"On {count} of {len(seen)} tasks {KINDS[kind]}." if kind in KINDS else "It is not good enough yet."


def fits(setup: Setup) -> str:
    """A number of rounds that ends."""
    if not 0 <= setup.parameters["rounds"] <= MOST:
        return f"rounds is {setup.parameters['rounds']}; choose 0 for none, and at most {MOST}."
    return ""


RECIPE = Recipe(
    vary=asked(),
    archive=lambda setup: Repairs(setup.parameters["rounds"], setup.parameters["solved"]),
    roles=("mutate", "repair"),
    fits=fits,
    parameters={"rounds": 5, "solved": 1.0},
    round=turn,
)
SHOWN = Evidence(mechanism="tests/engine/methods/test_self_repair.py")
