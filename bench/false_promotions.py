"""Promotions of what is no better: how often, with noisy scores and a look after every kept candidate? And the power.

    python -m bench.false_promotions [RUNS] [CANDIDATES] [FIRST SEED]

First: runs in which no edit changes anything that counts, through the engine's own rounds (`supervise`, `promotion`),
in worlds with different noise; beside the ledger of looks, a broken rule that tests every look at the whole level.
Second: a candidate that is better by exactly the effect that is stated before its look, at the first and the tenth.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from random import Random
from statistics import stdev

from scipy.stats import binomtest

from apps.engine import promotion, registry
from apps.engine.acceptance import Always
from apps.engine.effects import Judge, Measure, Propose
from apps.engine.recipe import Context, Grown, Outcome, Recipe, Steps
from apps.engine.records import Result
from apps.engine.statistics import smallest_effect, spending
from apps.engine.supervise import Plan
from apps.engine.testing.world import World
from bench.common import table

ALPHA = 0.05
TEXT = "# EVOLVE-BLOCK-START\nGAIN = 0.0\n# EVOLVE-BLOCK-END\n"
VALIDATION = 24
GATE = 60
type Noise = Callable[[Random, str, Mapping[str, str]], float]


def coin(dice: Random, task: str, texts: Mapping[str, str]) -> float:
    """Right or wrong, with even odds and whatever the text adds to them."""
    return float(dice.random() < 0.5 + gain(texts))


def uneven(dice: Random, task: str, texts: Mapping[str, str]) -> float:
    """Tasks of very different difficulty, with noise of very different size."""
    number = int(task[1:])
    return number / 10 + gain(texts) + dice.gauss(0, 0.05 + number / GATE)


def wild(dice: Random, task: str, texts: Mapping[str, str]) -> float:
    """Noise without a mean or a variance (Cauchy's)."""
    return gain(texts) + dice.gauss(0, 1) / (abs(dice.gauss(0, 1)) + 1e-9)


def trading(dice: Random, task: str, texts: Mapping[str, str]) -> float:
    """Every text is better on one half of the tasks and as much worse on the other: no better on the whole."""
    return gain(texts) + (0.3 if int(task[1:]) in half(texts["main.py"]) else -0.3) + dice.gauss(0, 0.5)


@cache
def half(text: str) -> frozenset[int]:
    """The tasks that a text is better on."""
    return frozenset(Random(text).sample(range(GATE), GATE // 2))


WORLDS: Mapping[str, Noise] = {"coin": coin, "uneven": uneven, "wild": wild, "trading": trading}


def gain(texts: Mapping[str, str]) -> float:
    """What the text is better by."""
    return float(texts["main.py"].partition("GAIN = ")[2].split("\n")[0].split("#")[0])


def world(noise: Noise, seed: int, recipe: Recipe) -> World:
    """A run with as many validation as gate tasks, each measurement drawn anew."""
    dice = Random(f"{seed}/noise")
    gate = tuple(f"g{number}" for number in range(GATE))
    return World(
        recipe,
        seed,
        {"main.py": TEXT},
        lambda texts, task, before: Result(task, noise(dice, task, texts)),
        tasks=tuple(f"v{number}" for number in range(VALIDATION)),
        plan=Plan(repeatable=False, gate=True, tasks=GATE, alpha=ALPHA),
        gate=gate,
    )


@dataclass(frozen=True, slots=True)
class Nulls:
    """What came of runs in which nothing is better."""

    runs: int
    false: int  # runs with a promotion
    looks: int

    @property
    def row(self) -> tuple[object, ...]:
        """Rate with its exact 95 % interval, and looks per run."""
        found = binomtest(self.false, self.runs)
        interval = found.proportion_ci()
        return self.false / self.runs, interval.low, interval.high, self.looks / self.runs


def nulls(noise: Noise, seeds: range, candidates: int) -> Nulls:
    """Run after run of the null method, with a look at every candidate that scores above the champion."""
    recipe = replace(registry.get("null_run"), accept=Always())
    false = looks = 0
    for seed in seeds:
        ended = world(noise, seed, recipe).evolve(candidates)
        false += ended.confirmed > 0
        looks += ended.looks
    return Nulls(len(seeds), false, looks)


def whole_level(alpha: float, look: int, confirmed: int = 0) -> float:
    """The broken rule: every look may spend everything."""
    return alpha


def broken(noise: Noise, seeds: range, candidates: int) -> Nulls:
    """The same runs under the broken rule."""
    kept, promotion.spending = promotion.spending, whole_level
    try:
        return nulls(noise, seeds, candidates)
    finally:
        promotion.spending = kept


def spread(noise: Noise) -> float:
    """Standard deviation of the difference of one task between two equal candidates, as a self-test would find it."""
    dice, texts = Random("spread"), {"main.py": TEXT}
    tasks = [f"g{number}" for number in range(GATE)]
    return stdev(noise(dice, task, texts) - noise(dice, task, texts) for task in tasks * 1_000)


def better(effect: float, recipe: Recipe, ctx: Context) -> Steps[Outcome]:
    """A round that proposes a text which is better by that much."""
    child = yield Propose((0,), {"main.py": TEXT.replace("0.0", repr(effect))}, "planted")
    yield Measure(child)
    verdict = yield Judge(child, Always())
    return Grown(child, verdict["decision"])


def power(noise: Noise, look: int, seeds: range) -> tuple[float, float, float, float, float]:
    """Stated effect; share of looks that confirm it, with its exact interval; and share of all runs that take the look.

    The better candidate stands after looks that confirmed nothing.
    """
    effect = smallest_effect(spread(noise), GATE, spending(ALPHA, look))
    recipe = replace(registry.get("null_run"), round=partial(better, effect))
    looked = confirmed = 0
    for seed in seeds:
        found = world(noise, seed, recipe)
        found.round(0)
        found.looks = look - 1
        found.round(1)
        looked += found.looks == look
        confirmed += found.confirmed
    interval = binomtest(confirmed, looked).proportion_ci()
    return effect, confirmed / looked, interval.low, interval.high, looked / len(seeds)


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    candidates = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    seeds, few, half_of = (range(first, first + runs // part) for part in (1, 10, 2))
    head = ("noise", "rule", "runs", "false", "low", "high", "looks/run")
    rows: list[tuple[object, ...]] = [
        (name, "ledger", runs, *nulls(noise, seeds, candidates).row) for name, noise in WORLDS.items()
    ]
    rows.append(("coin", "broken", len(few), *broken(coin, few, candidates).row))
    print(f"true null: {candidates} candidates, {VALIDATION} validation and {GATE} gate tasks, level {ALPHA}")
    table(head, rows)
    print("\nstated effect: what a look at so many gate tasks confirms with power 80 %")
    looks = [(name, look, *power(WORLDS[name], look, half_of)) for name in ("coin", "uneven") for look in (1, 10)]
    table(("noise", "look", "effect", "confirmed", "low", "high", "looked at"), looks)


if __name__ == "__main__":
    main()
