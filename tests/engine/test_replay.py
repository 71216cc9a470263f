"""Replay: whatever a method asks, whatever fails, is refused or crashes, a resumed round is the undisturbed round."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.engine.effects import Choose, Judge, Measure, Propose, Refused
from apps.engine.recipe import Barren, Grown, Recipe
from apps.engine.records import Result
from apps.engine.replay import Diverged, Row, done
from apps.engine.selection import Best, Seed
from apps.engine.testing.toy import TEXTS, distance
from apps.engine.testing.world import World
from apps.engine.variation.numbers import PerturbNumbers
from apps.engine.vary import edited_by

steps = st.lists(
    st.sampled_from(["choose", "seed", "propose", "measure", "judge", "pair", "draw", "nested"]), max_size=12
)


@dataclass(frozen=True)
class Script:
    """A random method: what it does in each round, and whether it handles refusals."""

    steps: tuple[str, ...]
    patient: bool

    def grow(self, recipe, ctx):
        known = [0]
        for step in self.steps:
            try:
                yield from self.one(step, recipe, ctx, known)
            except Refused:
                if not self.patient:
                    raise
        return Grown(known[-1], "keep") if len(known) > 1 else Barren("nothing new")

    def one(self, step, recipe, ctx, known):
        if step in ("choose", "seed"):
            chosen = yield Choose("candidate", Best() if step == "choose" else Seed(), 1)
            known.append(chosen[0].number)
        elif step in ("propose", "nested"):
            parents = yield Choose("candidate", Best())
            child = yield from recipe.vary(ctx, parents)
            known.append(0 if child is None else child)
        elif step == "measure":
            yield Measure(known[-1])
        elif step == "judge":
            yield Judge(known[-1], recipe.accept)
        elif step == "pair":
            answers = yield [Measure(known[-1]), Measure(known[0]), Measure(999)]
            known.append(0 if isinstance(answers[0], Refused) else known[-1])
        else:
            value = ctx.random("draw").random()
            text = TEXTS["main.py"].replace("0.5,", f"{value:.3f},", 1)
            known.append((yield Propose((0,), {"main.py": text}, "draw")))


@dataclass(frozen=True)
class Fate:
    """What goes wrong, as a pure function of where: refusals by place, failed measurements by count."""

    refuses: frozenset[tuple[int, int]]
    fails: frozenset[int]

    def refuse(self, number, position, effect):
        return "rejected" if number and (number, position) in self.refuses else ""

    def score(self, texts, task, before):
        return Result(task, None, "timeout") if before in self.fails else distance(texts, task, before)


fates = st.builds(
    Fate,
    st.frozensets(st.tuples(st.integers(1, 5), st.integers(0, 12)), max_size=8),
    st.frozensets(st.integers(1, 30), max_size=8),
)
scripts = st.builds(Script, steps.map(tuple), st.booleans())


def lived(script, fate):
    recipe = Recipe(vary=edited_by((1.0, PerturbNumbers())), round=script.grow)
    return World(recipe, 7, TEXTS, fate.score, refuse=fate.refuse)


@settings(deadline=None, max_examples=150)
@given(scripts, fates, st.sets(st.tuples(st.integers(0, 4), st.integers(0, 12))))
def test_rounds_that_crash_and_resume_are_the_undisturbed_rounds(script, fate, crashes):
    undisturbed, crashing = lived(script, fate), lived(script, fate)
    for number in range(5):
        undisturbed.round(number)
        play = crashing.play(number)
        crashing.journal[number] = []
        while play.current is not None:
            if (number, play.position) in crashes:
                play = crashing.play(number)  # the process died: a fresh generator, fed with what was recorded
                assert play.replay(crashing.journal[number]) is None
            crashing.answer(number, play)
        assert crashing.journal[number] == undisturbed.journal[number]
        assert (play.refused or play.outcome) == undisturbed.outcomes[number]
    assert crashing.population.best_so_far == undisturbed.population.best_so_far


def play():
    return lived(Script(("choose", "measure"), True), Fate(frozenset(), frozenset())).play(1)


def test_other_code_diverges_at_the_effect_that_changed():
    fresh = play()
    with pytest.raises(Diverged, match="at position 0"):
        fresh.replay([Row(0, b'{"choose":"lesson"}', done([]))])


def test_a_journal_longer_than_the_method_diverges():
    world = lived(Script(("choose",), True), Fate(frozenset(), frozenset()))
    world.round(0)
    world.round(1)
    rows = [*world.journal[1], Row(len(world.journal[1]), b"{}", done(1))]
    with pytest.raises(Diverged):
        world.play(1).replay(rows)


def test_replay_stops_at_the_first_open_effect():
    fresh = play()
    open_row = Row(0, fresh.asked, None)
    assert fresh.replay([open_row]) is open_row


def test_a_round_that_has_ended_takes_no_answer():
    world = lived(Script((), True), Fate(frozenset(), frozenset()))
    ended = world.play(1)
    assert ended.outcome == Barren("nothing new")
    with pytest.raises(RuntimeError, match="has ended"):
        ended.feed(done(1))
