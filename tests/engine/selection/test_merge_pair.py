"""Which two candidates may be merged, and what the merge is."""

from random import Random

import pytest

from apps.engine.archives.task_fronts import TaskFronts
from apps.engine.population import Member, Memory, Population
from apps.engine.records import Result
from apps.engine.selection.merge_pair import MergePair
from apps.engine.variation.merge import merged

TASKS = ("x", "y")


class Archive:
    def __init__(self):
        self.tasks = TaskFronts(TASKS)

    def changed(self, population, number):
        self.tasks.changed(population, number)


def population(born, grown=True, merges=()):
    """Kept candidates, each (parent, content of a and b, scores)."""
    memory = Memory({"grown": grown, "merges": list(merges)}, lambda memory, judged: memory)
    made = Population(TASKS, memory, Archive())
    for number, (parent, content, scores) in enumerate(born):
        content = dict(zip("ab", content, strict=True))
        made.add(Member(number, () if parent is None else (parent,), content, b"%d" % number, "any"))
        made.measured(number, [Result(task, score) for task, score in zip(TASKS, scores, strict=True)])
        made.judged(number, "keep")
    return made


SEED = (None, "00", (0.0, 0.0))
ONE, TWO = (0, "10", (1.0, 0.0)), (0, "02", (0.0, 1.0))


def drawn(*born, most=5, **known):
    return MergePair(most).choose(population(born, **known), Random(1), 3)


def test_two_leaders_who_changed_different_components_of_one_ancestor_are_merged():
    assert drawn(SEED, ONE, TWO) == [1, 2, 0]


@pytest.mark.parametrize(
    ("born", "why"),
    [
        ((SEED, ONE, (0, "20", (0.0, 1.0))), "both changed the same component only"),
        ((SEED, ONE, (1, "12", (0.0, 1.0))), "one is the other's ancestor"),
        (((None, "00", (0.9, 0.9)), ONE, TWO), "the ancestor is better than they are"),
        ((SEED, ONE, (0, "12", (0.0, 1.0))), "the merge would be what one of them is"),
        ((SEED, ONE), "there is nobody to merge with"),
    ],
)
def test_who_is_not_merged(born, why):
    assert drawn(*born) == [], why


def test_a_merge_follows_a_success_is_made_once_and_not_more_often_than_allowed():
    assert drawn(SEED, ONE, TWO, grown=False) == []
    assert drawn(SEED, ONE, TWO, merges=[[1, 2, 0]]) == []
    assert drawn(SEED, ONE, TWO, most=0) == []


def test_a_merge_takes_each_component_from_who_changed_it_and_from_the_better_where_both_did():
    old = {"a": "0", "b": "0", "c": "0", "d": "0"}
    better, other = {"a": "1", "b": "0", "c": "1", "d": "0"}, {"a": "0", "b": "2", "c": "2", "d": "0"}
    assert merged(old, better, other) == {"a": "1", "b": "2", "c": "1", "d": "0"}
