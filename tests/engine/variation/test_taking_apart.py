"""An edit falls into its parts by itself: components, or runs of lines."""

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from apps.engine.variation.taking_apart import parts_of

LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n"]), max_size=30)
BEFORE = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n"


def names(before, after, most=8):
    return [part.name for part in parts_of({"main.py": before}, {"main.py": after}, most)]


def test_components_are_parts_where_several_changed():
    before = {"a": "1", "b": "2", "c": "3"}
    found = parts_of(before, {"a": "x", "b": "y", "c": "3"}, 4)
    assert [(part.name, part.path, part.without) for part in found] == [("a", "a", "1"), ("b", "b", "2")]


def test_runs_of_lines_are_parts_where_one_component_changed():
    after = BEFORE.replace("one", "1").replace("six\n", "")
    first, second = parts_of({"main.py": BEFORE}, {"main.py": after}, 4)
    assert (first.name, first.without) == ("main.py, line 1", BEFORE.replace("six\n", ""))
    assert (second.name, second.without) == ("main.py, lines taken out before line 6", BEFORE.replace("one", "1"))


def test_changes_that_stand_next_to_each_other_are_one_part():
    assert names(BEFORE, BEFORE.replace("one", "1").replace("three", "3")) == []
    assert names(BEFORE, BEFORE.replace("one", "1").replace("three", "3").replace("seven", "7")) == [
        "main.py, lines 1 to 3",
        "main.py, line 7",
    ]


def test_the_nearest_are_joined_until_there_are_few_enough():
    before = "".join(f"{line}\n" for line in range(40))
    after = before.replace("\n5\n", "\nfive\n").replace("\n10\n", "\nten\n").replace("\n30\n", "\nthirty\n")
    assert names(before, after, 3) == ["main.py, line 6", "main.py, line 11", "main.py, line 31"]
    assert names(before, after, 2) == ["main.py, lines 6 to 11", "main.py, line 31"]


def test_what_cannot_be_told_apart_has_no_parts():
    assert names("a\n", "b\n") == []
    assert names("a\n", "a\n") == []
    many = {str(number): "before" for number in range(5)}
    assert parts_of(many, dict.fromkeys(many, "after"), 4) == []


@given(LINES, LINES, st.integers(2, 6))
def test_the_parts_are_all_of_the_edit_and_each_line_belongs_to_one(before, after, most):
    old, new = "".join(before), "".join(after)
    found = parts_of({"x": old}, {"x": new}, most)
    assert len(found) <= most
    taken_back = [Indel.distance(part.without.splitlines(), new.splitlines()) for part in found]
    if found:
        assert sum(taken_back) == Indel.distance(old.splitlines(), new.splitlines())
        assert min(taken_back) > 0
