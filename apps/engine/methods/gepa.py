"""GEPA: a model reads what happened on a few tasks and rewrites one component; whoever is best on some task may go on.

Agrawal et al., GEPA: Reflective Prompt Evolution Can Outperform Reinforcement Learning, arXiv 2507.19457 (2025). The
parent is drawn by the number of tasks on which nobody is better, those who could be missed left out. It is run on a
minibatch of train tasks, and the model sees inputs, outputs and feedback. The child is run on the same minibatch: only
if it gains there it is measured on the validation tasks, and kept. Components take turns. After a success two leaders
may be merged, component by component, by what each changed against an ancestor of both.

batch is the published one. merges is how many may be tried: 0, so none, is the published default, 5 what the authors
use when they merge. A batch on which the parent has full marks teaches nothing: another is drawn, twice at most. parts
is ours: into how many, such as sentences of a prompt, a change that gained is told apart (bundles.py); 0 for never.

Where a project has no train tasks, minibatches are drawn from the validation tasks, by their scores, outputs and
feedback and never their inputs; what gains there is measured on the others. Differences: components take turns by
rounds, not by how often a parent was drawn; a failure counts as the worst score on the batch; of components that both
sides of a merge changed, a tie gives the elder's; ancestors of a merge are drawn evenly.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from apps.engine.acceptance import Always
from apps.engine.acceptance.batch_gain import BatchGain
from apps.engine.archives.per_task import PerTask
from apps.engine.asking import Asking, Material, ask_for_edit
from apps.engine.bundles import no_parts, taken_apart
from apps.engine.effects import Choose, Judge, Measure, Propose
from apps.engine.evidence import Evidence
from apps.engine.measurement.merge_tasks import SAMPLE, Contested, Unbeaten
from apps.engine.measurement.minibatch import gain, minibatch
from apps.engine.population import Judged, Memory
from apps.engine.prompting import sections as show
from apps.engine.recipe import Context, GoesBy, Grown, Outcome, Recipe, Steps
from apps.engine.records import Chosen, Shown
from apps.engine.selection import TaskFront
from apps.engine.selection.merge_pair import MergePair
from apps.engine.setup import Setup
from apps.engine.trajectories import Latest
from apps.engine.variation.merge import merged
from apps.engine.variation.text import FullRewrite, Parts

FULL_MARKS = 1.0
BATCHES = 3  # that are looked at, until one is found on which there is something to learn
MERGE = "merge"  # the trait of a merge: [first, second, ancestor]
TEXTS = (".md", ".txt", ".prompt", ".jinja", ".jinja2")

REWRITE = Asking(form=FullRewrite())
REWRITE_TEXT = Asking(template="text part", form=Parts())


def turn(recipe: Recipe, ctx: Context) -> Steps[Outcome]:
    """A merge where one is due, else a reflection."""
    if ctx.parameters["merges"]:
        trio = yield Choose("candidate", MergePair(ctx.parameters["merges"]), 3)
        if trio:
            return (yield from merge(recipe, trio))
    parents = yield Choose("candidate", recipe.select)
    return (yield from reflected(ctx, parents[0]))


def reflected(ctx: Context, base: Chosen) -> Steps[Outcome]:
    """A child made by what was seen on a minibatch, and measured further only if it gains there."""
    seen = yield from instructive(ctx, base)
    child = yield from rewritten(ctx, base, seen)
    batch = tuple(shown.task for shown in seen)
    rows = yield Measure(child, batch)
    gained = gain({shown.task: shown.score for shown in seen}, [(row[0], row[1]) for row in rows])
    left = tuple(task for task in ctx.tasks if task not in batch)
    if gained > 0 and left:
        yield Measure(child, left)
    verdict = yield Judge(child, BatchGain(gained))
    return Grown(child, verdict["decision"])


def instructive(ctx: Context, base: Chosen) -> Steps[list[Shown]]:
    """How the parent did on a minibatch with something to learn, or on the last that was looked at."""
    seen: list[Shown] = []
    for attempt in range(BATCHES):
        batch = minibatch(ctx.train or ctx.tasks, ctx.parameters["batch"], ctx.round + attempt, ctx.seed)
        if ctx.train:
            yield Measure(base.number, batch)
        seen = yield Choose("trajectory", Latest(base.number, batch), len(batch))
        if any(shown.score is None or shown.score < FULL_MARKS for shown in seen):
            break
    return seen


def rewritten(ctx: Context, base: Chosen, seen: list[Shown]) -> Steps[int]:
    """The component whose turn it is, rewritten by a model that sees how the whole did."""
    able = sorted(path for path, mode in ctx.edits.items() if mode != "protected" and path in base.texts)
    path = able[ctx.round % len(able)]
    how = REWRITE_TEXT if path.endswith(TEXTS) and ctx.edits[path] == "whole" else REWRITE
    alone = replace(ctx, edits={path: ctx.edits[path]})
    return (yield from ask_for_edit(alone, how, Material([base], sections=[show.feedback(seen)])))


def merge(recipe: Recipe, trio: list[Chosen]) -> Steps[Outcome]:
    """Two leaders made one, tried on tasks where they differ, and measured on all if it is no worse than either."""
    first, second, ancestor = trio
    better, other = (second, first) if (second.score or 0.0) > (first.score or 0.0) else (first, second)
    texts = merged(ancestor.texts, better.texts, other.texts)
    edit = {path: text for path, text in texts.items() if text != better.texts[path]}
    numbers = [each.number for each in trio]
    child = yield Propose((better.number, other.number), edit, MERGE, traits={MERGE: numbers})
    tasks = yield Choose("task", Contested(child, first.number, second.number), SAMPLE)
    yield Measure(child, tuple(tasks))
    rest = yield Choose("task", Unbeaten(child, (first.number, second.number)), 1_000_000)
    if rest:
        yield Measure(child, tuple(rest))
    verdict = yield Judge(child, recipe.accept)
    return Grown(child, verdict["decision"])


def memory(setup: Setup) -> Memory:
    """{"grown": was the last candidate kept and no merge, "merges": those that were tried}."""

    def step(memory: Mapping[str, Any], judged: Judged) -> Mapping[str, Any]:
        if MERGE in judged.traits:
            return {"grown": False, "merges": [*memory["merges"], judged.traits[MERGE]]}
        return {**memory, "grown": judged.decision == "keep"}

    return Memory({"grown": False, "merges": []}, step)


def fits(setup: Setup) -> str:
    """Tasks to lead on, something to rewrite, and settings that make sense."""
    if setup.parameters["batch"] < 1:
        return "a minibatch has at least 1 task."
    if not 0 <= setup.parameters["merges"] <= 1000:
        return f"merges is {setup.parameters['merges']}; choose 0 for none, and at most 1,000."
    if all(mode == "protected" for mode in setup.edits.values()):
        return "every component is protected. Make one editable, or put EVOLVE-BLOCK markers around what may change."
    return no_parts(setup.parameters["parts"])


RECIPE = Recipe(
    select=TaskFront(),
    accept=Always(),
    memory=memory,
    archive=lambda setup: PerTask(setup.tasks),
    roles=("mutate",),
    fits=fits,
    parameters={"batch": 3, "merges": 0, "parts": 0},
    round=taken_apart(turn),
    goes_by=GoesBy("front", "who is best on which task"),
)
SHOWN = Evidence(
    mechanism="tests/engine/methods/test_gepa.py",
    scripted=(
        "examples/babi_memory, a model of 135 million parameters as what is measured: 0.650 to 0.950 on the 60 "
        "questions that select, 0.625 to 0.900 on the 40 of the gate (p = 0.0005), in one run of 30 candidates. It "
        "shows minibatches, front and promotion; that a model learns from what it reads, it does not show"
    ),
)
