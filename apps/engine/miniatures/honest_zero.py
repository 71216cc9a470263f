"""The honest zero: what every method gains from edits that change nothing, on noisy tasks.

Whatever a method proposes is replaced by an edit of its parent that changes no behaviour; each task scores 1 with
probability 1/2, drawn anew for each measurement. Raw is the best score that selection saw, minus 1/2: it looks like a
gain. Corrected is the difference between the best and the seed, both measured once more, paired by task, as a run that
ends reports it: its interval has to cover 0 about 95 times in 100, and its mean over seeds must not differ from 0 after
Holm's correction over methods and sizes. The control of a placebo: Fisher, The Design of Experiments (1935).
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from random import Random
from statistics import fmean
from typing import Any

from apps.engine import registry, supervise
from apps.engine.axes import SIZE, Axes, Descriptor
from apps.engine.effects import Propose
from apps.engine.miniatures.protocol import Cell, Figures, Miniature, Report, Table
from apps.engine.records import Result
from apps.engine.setup import Setup
from apps.engine.statistics import bootstrap, holm, paired_p
from apps.engine.testing.toy import parameters
from apps.engine.testing.world import World
from apps.engine.variation.noop import NoOp

SIZES = (24, 60, 164)
CANDIDATES = 100
TEXTS = {
    "main.py": "# EVOLVE-BLOCK-START\nC = [1.0, 2.0, 3.0, 4.0]\n\n\ndef f(x):\n    return x + 1.0\n\n\n"
    "# EVOLVE-BLOCK-END\n"
}
AXES = Axes((Descriptor(SIZE, 100, 200, 10),))


class Placebo(World):
    """A world in which every proposal becomes one that changes nothing."""

    def _propose(self, effect: Propose) -> int:
        number = len(self.contents)
        if effect.parents:
            base = self.contents[effect.parents[0]]
            edit = NoOp().edit(base, self._edits, Random(f"{self.seed}/{number}"))
            effect = replace(effect, edit=edit or effect.edit)
        return World._propose(self, effect)


def cells(seeds: int) -> list[Cell]:
    """(method, tasks, seed): every method that fits the program."""
    return [(name, tasks, seed) for name in registry.names() if _fits(name) for tasks in SIZES for seed in range(seeds)]


def _fits(name: str) -> bool:
    recipe = registry.get(name)
    settings = recipe.settings(parameters(recipe))
    return not recipe.fits(Setup(TEXTS, {"main.py": "regions"}, ("0",), AXES, settings))


def run(cell: Cell) -> Figures:
    """Raw gain, corrected gain with its interval, and how often the champion changed."""
    name, tasks, seed = cell
    dice = Random(f"{name}/{tasks}/{seed}")
    keys = tuple(map(str, range(tasks)))
    recipe = registry.get(name)
    plan = supervise.Plan(repeatable=False, gate=False, tasks=tasks)

    def noise(_texts: object, task: str, _before: int) -> Result:
        return Result(task, float(dice.random() < 0.5))

    world = Placebo(recipe, seed, TEXTS, noise, keys, AXES, parameters(recipe), plan=plan)
    world.evolve(CANDIDATES)
    best = world.population.ranked[0]
    raw = (world.population.score(best) or 0.0) - 0.5
    gain = bootstrap([_difference(world, best, key) for key in keys], dice)
    return {"raw": raw, "mean": gain.mean, "low": gain.low, "high": gain.high, "promoted": world.champion != 0}


def _difference(world: World, best: int, task: str) -> float:
    """The best and the seed measured once more on one task; the seed over itself gains nothing."""
    sides = [world.score(world.contents[number], task, 0).score or 0.0 for number in (best, supervise.SEED)]
    return sides[0] - sides[1] if best else 0.0


def report(found: Sequence[tuple[Cell, Figures]]) -> Report:
    """Per method and size, and what it comes to."""
    groups = [(key, [figures for _, figures in each]) for key, each in groupby(found, lambda pair: pair[0][:2])]
    adjusted = holm([paired_p([each["mean"] for each in rows]) for _, rows in groups])
    rows = [(*key, *_row(rows), p) for (key, rows), p in zip(groups, adjusted, strict=True)]
    everything = [figures for _, figures in found]
    covered, runs = sum(map(_covers, everything)), len(everything)
    false = [f"{method} on {tasks} tasks" for (method, tasks, *_, p) in rows if p <= 0.05]
    sizes = [f"+{_mean_raw(found, tasks):.3f} on {tasks}" for tasks in SIZES]
    return Report(
        [Table("Gain from nothing", ("method", "tasks", "raw", "corrected", "covers 0", "promoted", "Holm p"), rows)],
        [
            f"Uncorrected, nothing looks like a gain of {', '.join(sizes)} tasks (mean of all methods).",
            f"The corrected interval of 95 % covers 0 in {covered} of {runs} runs ({covered / runs:.1%}).",
            f"The champion changed in {sum(each['promoted'] for each in everything)} of {runs} runs.",
            f"A corrected gain other than 0 after Holm: {', '.join(false) or 'none'}.",
        ],
    )


def _row(rows: Sequence[Figures]) -> tuple[Any, ...]:
    covers, promoted = sum(map(_covers, rows)), sum(each["promoted"] for each in rows)
    raw, corrected = (fmean(each[name] for each in rows) for name in ("raw", "mean"))
    return raw, corrected, f"{covers}/{len(rows)}", f"{promoted}/{len(rows)}"


def _covers(figures: Figures) -> bool:
    return bool(figures["low"] <= 0 <= figures["high"])


def _mean_raw(found: Sequence[tuple[Cell, Figures]], tasks: int) -> float:
    return fmean(figures["raw"] for cell, figures in found if cell[1] == tasks)


MINIATURE = Miniature(20, cells, run, report)
