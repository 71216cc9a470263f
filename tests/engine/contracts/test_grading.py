"""The words: each in the world where it is right, and an edit that does nothing passes no more often than stated."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.canonical import decode, encode
from apps.engine.contracts.flips import Flips
from apps.engine.contracts.grading import UNREPEATED, Grade, grade
from apps.engine.contracts.loss import loss
from apps.engine.contracts.payload import grade_from, grade_payload
from apps.engine.contracts.published import published_word
from apps.engine.contracts.turns import FAILED, UNKNOWN, Observed
from apps.engine.contracts.zero import Zero
from apps.engine.effects import Contract
from bench import contracts as worlds

FIXES = tuple(f"f{n}" for n in range(6))
OTHERS = tuple(f"o{n}" for n in range(40))
SURE = Contract(predicted_fixes=FIXES, probabilities=dict.fromkeys(FIXES, 0.95))


def still() -> Flips:
    """A scorer that hardly ever turns: twenty repeats of tasks that stay as they are, and a single flip."""
    flips = Flips()
    for task in (*FIXES, *OTHERS):
        flips.add("seed", task, *([0.0 if task in FIXES else 1.0] * 20))
    flips.add("seed", "odd", 0.0, 1.0)
    return flips


def seen(fixed: int, broken: int = 0) -> Mapping[str, Observed]:
    """So many of the predicted fixes came, and so many of the other tasks broke."""
    fixes = {task: Observed(task, 0.0, float(n < fixed)) for n, task in enumerate(FIXES)}
    return fixes | {task: Observed(task, 1.0, float(n >= broken)) for n, task in enumerate(OTHERS)}


def graded(contract: Contract, observed: Mapping[str, Observed], **how: bool) -> Grade:
    return grade(contract, observed, Zero(still(), "seed", **how))


@pytest.mark.parametrize(
    ("fixed", "broken", "word"),
    [
        (6, 0, "effective"),
        (3, 0, "partly effective"),
        (0, 0, "ineffective"),
        (0, 8, "harmful"),
        (6, 8, "mixed"),
    ],
)
def test_each_word_has_its_world(fixed: int, broken: int, word: str):
    assert graded(SURE, seen(fixed, broken)).word == word


@pytest.mark.parametrize(
    ("fixed", "broken", "word"),
    [(6, 0, "effective"), (1, 0, "partly effective"), (0, 0, "ineffective"), (0, 1, "harmful"), (1, 1, "mixed")],
)
def test_where_nothing_turns_by_itself_a_single_task_is_evidence(fixed: int, broken: int, word: str):
    assert graded(SURE, seen(fixed, broken), repeatable=True).word == word


def test_ineffective_and_could_not_be_told_are_different():
    vague = Contract(predicted_fixes=FIXES[:1])
    assert graded(vague, seen(0)).word == "could not be told"
    assert graded(SURE, seen(0)).word == "ineffective"


def test_who_predicts_nothing_is_not_told_to_be_ineffective():
    found = graded(Contract("it will be better"), seen(0))
    assert (found.word, found.fixes) == ("could not be told", None)
    assert "nothing was predicted" in found.why[0]


def test_without_repeats_nothing_can_be_told_and_the_card_says_so():
    found = grade(SURE, seen(6), Zero(Flips(), "seed"))
    assert (found.word, found.why) == ("could not be told", (UNREPEATED,))
    assert [named.turn for named in found.named] == ["better"] * 6


def test_the_card_says_from_how_many_repeats_it_is_known_and_how_wide_that_leaves_it():
    flips = Flips()
    for task in FIXES:
        flips.add("seed", task, 0.0, 0.0)
    found = grade(SURE, seen(3), Zero(flips, "seed"))
    assert found.fixes is not None
    assert found.fixes.expected < found.fixes.most < 6
    assert f"by themselves, or up to {found.fixes.most:.1f}" in found.why[0]
    assert found.why[-1] == "what turns by itself is known from 6 repeated measurements"


def test_likely_tasks_are_the_predicted_fixes_where_none_is_named():
    contract = Contract(probabilities=dict.fromkeys(FIXES, 0.9) | {"o1": 0.1})
    found = graded(contract, seen(6))
    assert (found.word, found.fixes and found.fixes.tasks) == ("effective", 6)


def test_a_task_that_was_not_measured_is_neither_fixed_nor_not():
    observed = dict(seen(6)) | {"f0": Observed("f0", 0.0, UNKNOWN), "f1": Observed("f1", FAILED, 1.0)}
    found = graded(SURE, observed)
    assert found.fixes is not None
    assert (found.fixes.turned, found.fixes.tasks) == (5, 5)
    assert found.named[0].turn == ""


def test_edits_that_do_nothing_pass_at_most_at_the_nominal_rate_where_the_published_table_passes_most():
    """The worlds of the benchmark; 5 % of 240 are 12, and more than 20 has a chance of 1 % there."""
    found = [
        worlds.judged("nothing", spread, repeats, 2, seed)
        for spread in worlds.SPREADS
        for repeats in (1, 2)
        for seed in range(40)
    ]
    assert sum(each.ours in worlds.PASSES for each in found) <= 20
    assert sum(each.ours in ("harmful", "mixed") for each in found) <= 20
    assert worlds.share([each.published for each in found], worlds.PASSES) > 0.57


def test_edits_that_work_are_mostly_found():
    found = [worlds.judged("works", 0.3, 1, 2, seed).ours for seed in range(40)]
    assert worlds.share(found, ("effective", "partly effective")) > 0.85


@given(st.sets(st.sampled_from(FIXES)), st.sets(st.sampled_from(OTHERS)))
def test_with_a_repeatable_scorer_our_words_are_the_published_ones(came: set[str], broke: set[str]):
    observed = {task: Observed(task, 0.0, float(task in came)) for task in FIXES}
    observed |= {task: Observed(task, 1.0, float(task not in broke)) for task in OTHERS}
    contract = Contract(predicted_fixes=FIXES, at_risk=OTHERS)
    assert graded(contract, observed, repeatable=True).word == published_word(FIXES, OTHERS, came, broke)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.booleans()), max_size=20))
def test_losses_are_finite_and_add_up(stated: list[tuple[float, float, bool]]):
    whole, parts = loss(stated), loss(stated[:5]) + loss(stated[5:])
    assert (whole.tasks, whole.author) == (parts.tasks, pytest.approx(parts.author))
    assert 0 <= whole.author <= 5 * len(stated)
    assert whole.times >= 0


def test_who_knows_what_will_happen_makes_it_likelier_than_the_flips_do():
    knows = loss([(0.9, 0.3, True)] * 9 + [(0.9, 0.3, False)])
    guesses = loss([(0.9, 0.3, True)] * 3 + [(0.9, 0.3, False)] * 7)
    assert knows.times > 20 > 1 > guesses.times


@given(st.integers(0, 6), st.integers(0, 8), st.booleans())
def test_a_grade_survives_json(fixed: int, broken: int, repeatable: bool):
    found = graded(SURE, dict(seen(fixed, broken)) | {"f0": Observed("f0", FAILED, UNKNOWN)}, repeatable=repeatable)
    told = decode(encode(grade_payload(found)))
    again = grade_from(told)
    assert (again.word, again.why) == (found.word, found.why)
    assert decode(encode(grade_payload(again))) == told
