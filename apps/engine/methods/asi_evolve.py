"""ASI-Evolve: every trial leaves a lesson, and lessons and known facts go into the trials made from it.

ASI-Evolve (GAIR-NLP, 2026), the loop of its code: learn, design, experiment, analyse. UCB1 draws `sample` candidates;
the first is changed, the others stand beside it, each with the lesson that an analyser wrote of it. Of the cognition
base, what people wrote down about the field beforehand, the items that are likest to these lessons come along. All that
work stay; with more than `room` the worst leaves.

exploration, sample and items, how many items come for each lesson, are the published ones. The cognition base is the
project's own text `cognition`, paragraph by paragraph; without one nothing comes along. parts is ours: into how many
parts a change that gained is told apart (bundles.py), 0 for never; no lesson is written of a bundle without a part.

Differences: the lesson of a trial is written at the beginning of the next round and stands in its prompt, also where
the trial failed, while such candidates are not drawn themselves (the authors keep them with a score of 0); likeness is
that of words and not of embeddings, so their threshold for it is not used; no judge's opinion is added to the score and
no manager rewrites the prompts, both off by default there. For their island sampling there are methods with islands.
"""

from apps.engine.acceptance import Always
from apps.engine.archives.visits import DRAWN, Visits
from apps.engine.asking import Asking, Material, ask_about, ask_for_edit, measured
from apps.engine.bundles import no_parts, taken_apart
from apps.engine.effects import Choose, Refused
from apps.engine.evidence import Evidence
from apps.engine.notebook import LESSON, Lessons, Notebook, Unstudied, lesson
from apps.engine.population import Memory
from apps.engine.prompting import sections as show
from apps.engine.prompting.retrieval import items, nearest
from apps.engine.prompting.templates import written
from apps.engine.recipe import Context, Outcome, Recipe, Steps, concluded
from apps.engine.records import Chosen
from apps.engine.selection.ucb import UpperBound
from apps.engine.setup import Setup

LOOKED_AT = 5  # measurements that an analyser sees
MOST = 20  # candidates of a sample

DESIGN = Asking()


def turn(recipe: Recipe, ctx: Context) -> Steps[Outcome]:
    """The lesson of the last trial, and the next trial."""
    fresh = yield from studied(ctx)
    drawn = yield Choose("candidate", UpperBound(ctx.parameters["exploration"]), ctx.parameters["sample"])
    child = yield from designed(ctx, drawn, fresh)
    return (yield from concluded(recipe, ctx, child))


def studied(ctx: Context) -> Steps[dict[str, object]]:
    """{"of", "text"} of the trial judged last, or {} where nobody waits for a lesson or none can be had."""
    waiting: list[Chosen] = yield Choose("candidate", Unstudied())
    if not waiting:
        return {}
    trial = waiting[0]
    seen = yield from measured(ctx, trial.number, LOOKED_AT)
    try:
        reply = yield from ask_about(ctx, "analyse", [show.feedback(seen), show.parent(trial, ctx.edits)], "reflect")
    except Refused:
        return {}
    text = lesson(reply.text)
    return {"of": trial.number, "text": text} if text else {}


def designed(ctx: Context, drawn: list[Chosen], fresh: dict[str, object]) -> Steps[int | None]:
    """A child of the first that was drawn, by a model that knows the lessons of all and what is known about these."""
    numbers = tuple(each.number for each in drawn)
    told: list[dict[str, object]] = yield Choose("memory", Lessons(numbers))
    if fresh and all(each["of"] != fresh["of"] for each in told):
        told = [fresh, *told]
    seen = yield from measured(ctx, numbers[0])
    material = Material(
        drawn[:1],
        drawn[1:],
        [
            show.lessons([f"Of program {each['of']}: {each['text']}" for each in told]),
            show.lessons(known(ctx, [str(each["text"]) for each in told]), "What is known about it"),
            show.feedback(seen),
        ],
    )
    traits = {DRAWN: list(numbers)} | ({LESSON: fresh} if fresh else {})
    return (yield from ask_for_edit(ctx, DESIGN, material, traits=traits))


def known(ctx: Context, lessons: list[str]) -> list[str]:
    """Items of the cognition base: those likest to each lesson; to what the project is about while there is none."""
    base = items(written("cognition", ctx.templates, {}))
    found = [nearest(base, question, ctx.parameters["items"]) for question in lessons or [ctx.about]]
    return list(dict.fromkeys(item for some in found for item in some))


def fits(setup: Setup) -> str:
    """Settings that make sense."""
    given = setup.parameters
    if not 1 <= given["sample"] <= MOST:
        return f"sample is {given['sample']}; choose 1 to {MOST} candidates."
    if given["items"] < 0 or given["room"] < 1:
        return "items is at least 0, and there is room for at least 1 candidate."
    if not given["exploration"] >= 0:
        return f"exploration is {given['exploration']}; it has to be 0 or more."
    return no_parts(given["parts"])


RECIPE = Recipe(
    accept=Always(),
    memory=lambda setup: Memory(Notebook(), lambda notebook, judged: notebook.after(judged)),
    archive=lambda setup: Visits(setup.parameters["room"]),
    roles=("mutate", "reflect"),
    fits=fits,
    parameters={"exploration": 1.414, "sample": 3, "items": 2, "room": 10_000, "parts": 0},
    round=taken_apart(turn),
)
SHOWN = Evidence(mechanism="tests/engine/methods/test_asi_evolve.py")
