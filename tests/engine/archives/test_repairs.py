"""What is broken and may still be repaired, and what kinds of errors there are."""

from random import Random

import pytest

from apps.engine.archives.repairs import ATTEMPT, ERROR, Repairs, Tally
from apps.engine.errors import KINDS, SOLVED, commonest, kind_of
from apps.engine.population import Member, Population
from apps.engine.records import Result, Shown
from apps.engine.selection.to_repair import ToRepair


def population(most=2, tasks=("a", "b")):
    return Population(tasks, archive=Repairs(most, solved=1.0))


def born(made, scores, parent=0, attempt=0, kind="answer"):
    """One more candidate, with a score for each task; None failed."""
    number = len(made.members)
    traits = {ATTEMPT: attempt, ERROR: kind} if attempt else {}
    made.add(Member(number, (parent,) if number else (), {}, b"%d" % number, "any", traits))
    rows = zip(made.required, scores, strict=True)
    made.measured(number, [Result(task, score, "" if score is not None else "error") for task, score in rows])
    made.judged(number, "keep" if made.score(number) is not None else "drop")
    return number


def next_one(made):
    return ToRepair().choose(made, Random(1), 1)


def test_what_does_not_solve_every_task_is_open_until_it_was_tried_often_enough():
    made = population(most=2)
    seed = born(made, (1.0, 1.0))
    assert next_one(made) == []
    draft = born(made, (1.0, 0.0), seed)
    assert next_one(made) == [draft]
    first = born(made, (None, 0.0), draft, attempt=1)
    assert next_one(made) == [first], "the newest attempt is what is repaired"
    born(made, (0.5, 0.0), first, attempt=2)
    assert next_one(made) == []


def test_what_was_repaired_closes_its_chain():
    made = population()
    draft = born(made, (1.0, 0.0))
    born(made, (1.0, 1.0), draft, attempt=1)
    assert next_one(made) == []


def test_what_a_person_took_out_is_not_repaired():
    made = population()
    draft = born(made, (1.0, 0.0))
    made.judged(draft, "revert")
    assert next_one(made) == []


def test_attempts_are_counted_by_kind_of_error_and_by_place_in_the_chain():
    made = population(most=3)
    draft = born(made, (0.0, 0.0))
    first = born(made, (None, 0.0), draft, attempt=1, kind="answer")
    second = born(made, (1.0, 0.0), first, attempt=2, kind="name")
    born(made, (1.0, 0.0), second, attempt=3, kind="answer")
    assert made.archive.errors == {"answer": Tally(2, 0), "name": Tally(1, 1)}
    assert made.archive.attempts == {1: Tally(1, 0), 2: Tally(1, 1), 3: Tally(1, 0)}


@pytest.mark.parametrize(
    ("shown", "kind"),
    [
        (Shown("a", 1.0), SOLVED),
        (Shown("a", 0.5), "answer"),
        (Shown("a", 0.0, feedback="AssertionError: 3 != 4"), "answer"),
        (Shown("a", None, "syntax"), "syntax"),
        (Shown("a", None, "no_entry"), "name"),
        (Shown("a", None, "timeout"), "limit"),
        (Shown("a", None, "invalid_output"), "format"),
        (Shown("a", None, "crashed"), "crash"),
        (Shown("a", None, "error", "Traceback …\nKeyError: 'x'\nduring which\nNameError: no y"), "name"),
        (Shown("a", None, "error", "TypeError: int"), "type"),
        (Shown("a", None, "error", "WonderError: what"), "crash"),
        (Shown("a", 0.0, feedback="IndexError: list index out of range"), "value"),
    ],
)
def test_kinds_of_errors(shown, kind):
    assert kind_of(shown) == kind
    assert kind in (*KINDS, SOLVED)


def test_the_commonest_kind_is_to_be_repaired_of_equal_ones_the_plainer():
    measured = [Shown("a", 0.0), Shown("b", 1.0), Shown("c", 0.0), Shown("d", None, "syntax")]
    assert commonest(measured) == "answer"
    assert commonest(measured[1:]) == "syntax"
    assert commonest([Shown("b", 1.0)]) == SOLVED
