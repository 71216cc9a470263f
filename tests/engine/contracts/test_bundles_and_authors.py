"""Bundles are taken apart by leaving parts out; authors are known by what came of what they said."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.canonical import decode, encode
from apps.engine.contracts.calibration import MOST_AUTHORS, Calibration
from apps.engine.contracts.flips import Flips
from apps.engine.contracts.fold import Author, Fold
from apps.engine.contracts.grading import Grade, Named, grade
from apps.engine.contracts.leave_one_out import account
from apps.engine.contracts.turns import FAILED, Observed
from apps.engine.contracts.zero import Zero
from apps.engine.effects import Contract
from apps.engine.records import Result

TASKS = ("a", "b", "c")


def test_the_part_that_does_it_gets_the_credit():
    base, bundle = dict.fromkeys(TASKS, 0.0), {"a": 1.0, "b": 1.0, "c": 0.0}
    found = account(base, bundle, [{"a": 0.0, "b": 0.0, "c": 0.0}, bundle, {"a": 1.0, "b": 1.0, "c": 1.0}])
    assert [credit.fixed for credit in found.credits] == [("a", "b"), (), ()]
    assert found.credits[2].broken == ("c",)
    assert found.gain == 2 / 3


def test_parts_that_need_each_other_show_it_and_so_do_those_that_do_the_same():
    base, both = {"a": 0.0}, {"a": 1.0}
    assert account(base, both, [base, base]).interaction == 1.0  # each is credited with what only both can do
    assert account(base, both, [both, both]).interaction == -1.0  # neither is missed while the other is there
    assert account(base, both, [{"a": 0.5}, {"a": 0.5}]).interaction == 0.0


@given(st.lists(st.integers(-10, 10), min_size=2, max_size=5), st.integers(-10, 10))
def test_parts_get_what_they_are_worth_and_a_pair_that_interacts_is_seen(worth: list[int], together: int):
    """A model with main effects and an interaction of the first two parts."""

    def score(parts):
        return {"a": sum(worth[part] for part in parts) + together * ({0, 1} <= set(parts))}

    whole = range(len(worth))
    left_out = [score([part for part in whole if part != missing]) for missing in whole]
    found = account(score([]), score(whole), left_out)
    assert found.interaction == pytest.approx(together, abs=1e-9)
    assert [credit.gain for credit in found.credits[2:]] == pytest.approx(worth[2:], abs=1e-9)


def test_a_task_on_which_one_of_them_failed_says_nothing_of_how_parts_interact():
    base, bundle = {"a": 0.0, "b": 0.0}, {"a": 1.0, "b": 1.0}
    found = account(base, bundle, [{"a": 0.0, "b": FAILED}, {"a": 1.0, "b": 1.0}])
    assert found.interaction == 0.0
    assert found.credits[0].gain == 1.0
    assert found.credits[0].fixed == ("a", "b")  # without it the candidate fails there
    assert account(base, bundle, [{"a": FAILED}, bundle]).interaction is None


def test_what_was_not_measured_gives_no_credit():
    assert account({}, {"a": 1.0}, [{}]).credits[0].gain is None


def said(chance: float, came: bool) -> Grade:
    named = Named("a", "fix", 0.0, float(came), "better" if came else "same", chance, 0.2)
    return Grade("effective" if came else "ineffective", (), named=(named,))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=30))
def test_what_is_known_of_authors_survives_json_and_goes_on_as_if_it_never_had(stated: list[tuple[float, bool]]):
    one, other = Calibration(), Calibration()
    for chance, came in stated:
        one.add(("model:x", "operator:y"), said(chance, came))
        other = Calibration.of(decode(encode(other.payload())))
        other.add(("model:x", "operator:y"), said(chance, came))
    assert one.payload() == other.payload()
    if stated:
        record = one.records["model:x"]
        assert (record.contracts, record.predicted) == (len(stated), len(stated))
        assert sum(each.tasks for each in record.bins) == len(stated)


def test_what_may_well_come_by_itself_adds_up_and_is_all_of_it_where_nothing_was_repeated():
    contract, flips = Contract(predicted_fixes=("a",)), Flips()
    observed = {"a": Observed("a", 0.0, 1.0)}
    known = Calibration()
    known.add(("x",), grade(contract, observed, Zero(flips, "seed")))
    assert known.records["x"].most == 1.0
    for number in range(100):
        flips.add("seed", f"t{number}", 0.0, 0.0)
    known.add(("x",), grade(contract, observed, Zero(flips, "seed")))
    assert 1.0 < known.records["x"].most < 1.2
    known.add(("x",), grade(contract, observed, Zero(flips, "seed", repeatable=True)))
    assert known.records["x"].most < 1.2


def test_what_was_written_before_says_that_all_may_come_by_itself():
    known = Calibration()
    known.add(("x",), said(0.5, True))
    told = decode(encode(known.payload()))
    told["x"][2] = told["x"][2][:3]
    assert Calibration.of(told).records["x"].most == 1.0


def test_ever_more_authors_take_no_more_room():
    known = Calibration()
    for number in range(MOST_AUTHORS + 50):
        known.add((f"model:{number}",), said(0.5, True))
    assert len(known.records) == MOST_AUTHORS + 1
    assert known.records[Calibration.OTHERS].contracts == 50


def results(**scores: Any) -> list[Result]:
    return [Result(task, score, "" if score is not None else "error") for task, score in scores.items()]


def test_a_run_knows_what_a_contract_came_to_when_it_is_judged():
    fold = Fold(TASKS, repeatable=True)
    fold.proposed(0, "seed")
    fold.measured(0, results(a=0.0, b=1.0, c=1.0))
    fold.proposed(1, "child", Author(Contract(predicted_fixes=("a",)), "seed", ("operator:x",)))
    fold.measured(1, results(a=1.0, b=1.0))
    fold.measured(1, results(c=None))
    found = fold.judged(1)
    assert found is not None
    assert found.word == "mixed"  # c was given to it in another measurement, and failed
    assert fold.calibration.records["operator:x"].words == {"mixed": 1}
    assert fold.judged(0) is None


def test_equal_behaviour_measured_again_is_a_repeat_and_no_first():
    fold = Fold(TASKS, repeatable=False)
    for number in range(2):
        fold.proposed(number, "same")
        fold.measured(number, results(a=float(number), gate=1.0))
    fold.measured(0, results(a=0.0))
    assert list(fold.flips.of("same", "a")) == [0.0, 1.0, 0.0]
    assert fold.flips.repeats == 2


def test_what_earlier_runs_repeated_is_known_and_is_no_repeat_of_this_run():
    fold = Fold(TASKS, repeatable=False)
    fold.recall("seed", results(a=0.0), "one")
    fold.recall("seed", results(a=1.0), "two")
    assert (fold.recalled, fold.repeats, list(fold.flips.of("seed", "a"))) == (1, 0, [0.0, 1.0])
    fold.proposed(0, "seed")
    fold.measured(0, results(a=1.0, b=1.0), "three")
    assert (fold.repeats, list(fold.flips.of("seed", "a"))) == (1, [0.0, 1.0, 1.0])
    fold.proposed(1, "child", Author(Contract(predicted_fixes=("a",)), "seed", ("operator:x",)))
    fold.measured(1, results(a=1.0))
    assert fold.observed(1)["a"] == Observed("a", 1.0, 1.0)  # what its base did in this run, and not before


def test_the_same_dice_are_no_repeat():
    fold = Fold(TASKS, repeatable=False)
    for number in range(2):
        fold.proposed(number, "same")
        fold.measured(number, results(a=1.0), "one")
    assert fold.flips.repeats == 0
    fold.measured(1, results(a=1.0), "two")
    assert fold.flips.repeats == 1
