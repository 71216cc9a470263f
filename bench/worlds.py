"""Four simulated worlds at equal budget: search by which rule, so that the champion is really better in the end?

    python -m bench.worlds [SEEDS]

The law: a candidate is right on a task with a chance of its quality plus the task's own ease (uniform within ±0.2),
between 0.02 and 0.98, drawn anew at each measurement. An edit of the incumbent moves its quality up by the step with
the chance `helpful`, else down by as much. The seed's quality is 0.3. Each run may spend 14,400 measurements of one
task, those of the gate included.

The rules: `greedy` admits what beats the stored best score, and only then is it put to the promotion test of the
engine, on 60 gate tasks against the champion of now; `racing` is the same, but a child that is clearly worse on the
tasks so far is given up; `significant` admits what is better by a paired sign-flip test at 5 % on the 200 tasks, and
what it admitted last is its champion; `greedy on 24` has 24 tasks, with the same promotion test.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import fmean

import numpy as np

from apps.engine.measurement.racing import BLOCK, GIVE_UP
from apps.engine.promotion import ConfirmedGain
from apps.engine.statistics import Interval, bootstrap, outlook, sign_flip_p, smallest_p, spending
from apps.engine.statistics.numbers import Numbers
from bench.common import table

BUDGET = 14_400  # measurements of one task
TASKS, FEW, GATE = 200, 24, 60
START, LEVEL = 0.3, 0.05
WORLDS = ((0.10, 0.15), (0.10, 0.05), (0.05, 0.15), (0.05, 0.08))  # step, share of helpful edits


@dataclass(slots=True)
class World:
    """A world under one seed, and what is left to spend in it."""

    step: float
    helpful: float
    dice: np.random.Generator
    left: int = BUDGET
    ease: Numbers = field(init=False)
    gate: Numbers = field(init=False)

    def __post_init__(self) -> None:
        self.ease = self.dice.uniform(-0.2, 0.2, TASKS)
        self.gate = self.dice.uniform(-0.2, 0.2, GATE)

    def edit(self, quality: float) -> float:
        """Quality of a child."""
        return quality + (self.step if self.dice.random() < self.helpful else -self.step)

    def measure(self, quality: float, ease: Numbers) -> Numbers:
        """Right (1) or wrong (0) on each task; paid for."""
        self.left -= len(ease)
        right: Numbers = (self.dice.random(len(ease)) < np.clip(quality + ease, 0.02, 0.98)).astype(np.float64)
        return right


@dataclass(slots=True)
class Champion:
    """What is promoted, by the engine's own test and ledger."""

    quality: float
    score: float
    looks: int = 0
    confirmed: int = 0
    worse: int = 0  # promotions of what is no better than what it replaced

    def try_for(self, world: World, quality: float, score: float) -> None:
        """A look on the gate's tasks, both measured anew; none where the score says no, or nothing could be seen."""
        unseen = smallest_p(GATE) > spending(LEVEL, self.looks + 1, self.confirmed)
        if score <= self.score or unseen or world.left < 2 * GATE:
            return
        self.looks += 1
        differences = world.measure(quality, world.gate) - world.measure(self.quality, world.gate)
        rule = ConfirmedGain(LEVEL, self.looks, self.confirmed)
        if rule.rule({"differences": differences.tolist()}, Random(self.looks)).decision == "promote":
            self.confirmed += 1
            self.worse += quality <= self.quality
            self.quality, self.score = quality, score


@dataclass(frozen=True, slots=True)
class Ended:
    """True gains over the seed, on the 200 tasks, and how much more than it has the best's own score claims."""

    best: float
    champion: float
    claimed: float
    worse: int  # promotions of what is no better than what it replaced


type Arm = Callable[[World], Ended]


def greedy(tasks: int, raced: bool = False) -> Arm:
    """Whatever beats the stored best score is the best; promotion is tested."""

    def run(world: World) -> Ended:
        ease = world.ease[:tasks]
        quality, scores = START, world.measure(START, ease)
        champion = Champion(START, float(scores.mean()))
        while world.left >= tasks:
            child = world.edit(quality)
            found = race(world, child, scores, ease) if raced else world.measure(child, ease)
            if len(found) == tasks and found.mean() > scores.mean():
                quality, scores = child, found
                champion.try_for(world, quality, float(scores.mean()))
        claimed = float(scores.mean()) - truth(quality, ease)
        return Ended(gain(world, quality), gain(world, champion.quality), claimed, champion.worse)

    return run


def race(world: World, quality: float, base: Numbers, ease: Numbers) -> Numbers:
    """Results on as many tasks as the operator `racing` would measure. Every task's noise is its own: order is free."""
    found = np.zeros(0)
    while len(found) < len(base):
        found = np.concatenate([found, world.measure(quality, ease[len(found) : len(found) + BLOCK])])
        ahead = outlook((found - base[: len(found)]).tolist())
        if ahead is not None and ahead.better < GIVE_UP:
            break
    return found


def significant(world: World) -> Ended:
    """Admit what is better than the incumbent's stored results by a paired test; what is admitted is the champion."""
    quality, scores = START, world.measure(START, world.ease)
    worse = 0
    while world.left >= TASKS:
        child = world.edit(quality)
        found = world.measure(child, world.ease)
        if sign_flip_p((found - scores).tolist()) <= LEVEL:
            worse += child <= quality
            quality, scores = child, found
    claimed = float(scores.mean()) - truth(quality, world.ease)
    return Ended(gain(world, quality), gain(world, quality), claimed, worse)


def truth(quality: float, ease: Numbers) -> float:
    """The score that measuring for ever would come to."""
    return float(np.clip(quality + ease, 0.02, 0.98).mean())


def gain(world: World, quality: float) -> float:
    """What a candidate is better by than the seed."""
    return truth(quality, world.ease) - truth(START, world.ease)


ARMS: dict[str, Arm] = {
    "greedy": greedy(TASKS),
    "racing": greedy(TASKS, raced=True),
    "significant": significant,
    "greedy on 24": greedy(FEW),
}


def ended(arm: Arm, step: float, helpful: float, seeds: int) -> list[Ended]:
    """Runs of an arm in one world; equal seeds see equal tasks."""
    return [arm(World(step, helpful, np.random.default_rng([seed, 20]))) for seed in range(seeds)]


def words(found: Interval) -> str:
    """A mean with its interval."""
    return f"{found.mean:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"


def interval(values: Sequence[float]) -> str:
    """Mean over seeds with its 95 % bootstrap interval."""
    return words(bootstrap(values, Random("worlds")))


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    print(f"{BUDGET:,} measurements, {seeds} seeds; true gain over the seed, mean and 95 % interval")
    for step, helpful in WORLDS:
        print(f"\nedits ±{step:.2f}, {helpful:.0%} helpful")
        runs = {name: ended(arm, step, helpful, seeds) for name, arm in ARMS.items()}
        rule = runs["significant"]
        rows = []
        for name, found in runs.items():
            ahead = [mine.champion - other.champion for mine, other in zip(found, rule, strict=True)]
            parts = [[each.best for each in found], [each.champion for each in found], ahead]
            false = fmean(each.worse for each in found)
            rows.append((name, *map(interval, parts), fmean(each.claimed for each in found), false))
        table(("rule", "best", "champion", "champion - significant's", "overclaim", "worse promoted"), rows)


if __name__ == "__main__":
    main()
