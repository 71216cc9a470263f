"""Guided Evolution: a language model mutates and mates programs, and learns from what made the elites better.

Morris, Jurado and Zutty, LLM Guided Evolution: The Automation of Models Advancing Models, arXiv 2403.11446 (2024).
Edits are a model's instead of random ones. Evolution of thought: with probability thought a mutation begins with the
seed beside an elite that came of it; the model says why the change made it better, and applies the same reasoning to
the program at hand. Role play: else it plays one of several characters, so that its ideas differ.

population, elites (the best, of which one is shown), mating and thought are those of the authors' code. Differences: a
child is mated, with that probability, or mutated, one call each; there .35 of the pairs are mated and then .8 of all
are mutated. A steady state, in which a child takes the place of the worst, with tournaments of two on the score; there
generations by NSGA-II on accuracy and size. An elite is shown only if it is better than the seed, in all that may be
edited; there a segment drawn at random may be one that never changed, and its performance is called enhanced in any
case. The temperature, which they draw, is the model's own affair.
parts is ours: into how many parts a change that gained is told apart (bundles.py); 0 for never.
"""

from collections.abc import Sequence

from apps.engine.acceptance import Admitted
from apps.engine.archives.elites import Elites
from apps.engine.asking import Asking, Material, ask_for_edit, measured
from apps.engine.bundles import no_parts, taken_apart
from apps.engine.edit_kinds import CROSS, DIFF
from apps.engine.effects import Choose
from apps.engine.evidence import Evidence
from apps.engine.prompting import sections as show
from apps.engine.prompting.budget import ALWAYS, Section
from apps.engine.recipe import Context, Recipe, Steps, grow
from apps.engine.records import Chosen
from apps.engine.selection import Best, IslandTournament, Seed
from apps.engine.setup import Setup

THOUGHT = Asking(template="thought")
CHARACTERS = (
    "You are an expert of the field who looks for what theory says is missing.",
    "You are an engineer who simplifies: the same with less, or more with the same.",
    "You are an inventor who dares a change that others would call strange, and has a reason for it.",
    "You are a careful tuner who finds the one setting that matters most.",
)


def vary(ctx: Context, parents: Sequence[Chosen]) -> Steps[int | None]:
    """A child by mating, by a thought, or by a character."""
    base, *mates = parents
    mates = [mate for mate in mates if mate.number != base.number]
    dice = ctx.random("kind")
    mated, thoughtful = (dice.random() < ctx.parameters[share] for share in ("mating", "thought"))
    character = Section("The part you play", (dice.choice(CHARACTERS),), ALWAYS)
    seen = show.feedback((yield from measured(ctx, base.number)))
    if mated and mates:
        return (yield from ask_for_edit(ctx, CROSS, Material([base, *mates], sections=[seen])))
    example = (yield from became_better(ctx)) if thoughtful else []
    if example:
        return (yield from ask_for_edit(ctx, THOUGHT, Material([base], sections=[*example, seen])))
    return (yield from ask_for_edit(ctx, DIFF, Material([base], sections=[character, seen])))


def became_better(ctx: Context) -> Steps[list[Section]]:
    """The seed and one of the elites that are better than it; [] where there is none."""
    (seed,) = yield Choose("candidate", Seed())
    elites = yield Choose("candidate", Best(), ctx.parameters["elites"])
    better = [each for each in elites if seed.score is not None and each.score is not None and each.score > seed.score]
    if not better:
        return []
    elite = ctx.random("elite").choice(better)
    return [
        show.programs("An earlier program, before", [seed], ctx.edits, priority=show.FEEDBACK),
        show.programs("The same, after changes that made it better", [elite], ctx.edits, priority=show.FEEDBACK),
    ]


def fits(setup: Setup) -> str:
    """Room for a population, and probabilities."""
    given = setup.parameters
    if min(given["population"], given["elites"]) < 1:
        return "population and elites are counts of at least 1."
    if not (0 <= given["mating"] <= 1 and 0 <= given["thought"] <= 1):
        return "mating and thought are probabilities. Choose 0 to 1."
    return no_parts(given["parts"])


RECIPE = Recipe(
    vary=vary,
    select=IslandTournament(0, 2),
    parents=2,
    accept=Admitted(),
    archive=lambda setup: Elites(setup.parameters["population"]),
    fits=fits,
    roles=("mutate", "crossover"),
    parameters={"population": 44, "elites": 10, "mating": 0.35, "thought": 0.25, "parts": 0},
    round=taken_apart(grow),
)
SHOWN = Evidence(mechanism="tests/engine/methods/test_guided_evolution.py")
