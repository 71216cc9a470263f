"""Diffs: whatever the texts, nothing of them is lost, doubled or changed, and it never takes long."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common.diff import Comparison, Row, compare, text
from apps.common.words import LONGEST_LINE

# Few different lines, so that they repeat and the differ has choices to make.
lines = st.lists(st.sampled_from(["", "a", "b", "  a", "a b", "ab c", "x\x00", "\u202ey", "d\x0ce\r"]), max_size=30)
texts = st.builds(lambda all_lines, ended: "\n".join(all_lines) + "\n" * ended, lines, st.booleans())
contexts = st.sampled_from([None, 0, 1, 3])


def applied(found: Comparison, old: list[str]) -> list[str]:
    """The old lines with every change made."""
    made, at = [], 0
    for i1, i2, j1, j2 in found.changes:
        made += [*old[at:i1], *found.new.lines[j1:j2]]
        at = i2
    return made + old[at:]


def sides(rows: Iterable[Row]) -> tuple[list[int], list[int]]:
    """Indices of the lines of both sides, gaps filled in."""
    old: list[int] = []
    new: list[int] = []
    for row in rows:
        if row.before is not None:
            old += range(row.before, row.before + (row.size or 1))
        if row.after is not None:
            new += range(row.after, row.after + (row.size or 1))
    return old, new


@given(texts, texts)
def test_applying_the_diff_to_the_old_text_gives_the_new_one(before: str, after: str) -> None:
    found = compare(before, after)
    assert applied(found, list(text(before).lines)) == list(text(after).lines)
    assert bool(found.changes) == (before != after)


@given(texts, texts)
def test_changes_are_in_order_and_apart(before: str, after: str) -> None:
    for first, second in pairwise(compare(before, after).changes):
        assert first.i2 < second.i1
        assert second.i1 - first.i2 == second.j1 - first.j2


@given(texts, texts)
def test_ignoring_space_leaves_only_changes_of_words(before: str, after: str) -> None:
    found = compare(before, after, ignore_space=True)
    made = applied(found, list(text(before).lines))
    assert ["".join(line.split()) for line in made] == ["".join(line.split()) for line in text(after).lines]


@given(texts, texts, contexts)
def test_each_line_of_either_side_comes_once_and_in_order(before: str, after: str, context: int | None) -> None:
    found = compare(before, after)
    for rows in (found.unified(context), found.split(context)):
        assert sides(rows) == (list(range(len(found.old.lines))), list(range(len(found.new.lines))))


@given(texts, texts, contexts)
def test_unified_and_split_tell_the_same(before: str, after: str, context: int | None) -> None:
    found = compare(before, after)
    changed = [(row.before, row.after) for row in found.split(context) if row.kind not in ("same", "gap")]
    one = [row for row in found.unified(context) if row.kind in ("drop", "add")]
    assert [i for i, _ in changed if i is not None] == [row.before for row in one if row.kind == "drop"]
    assert [j for _, j in changed if j is not None] == [row.after for row in one if row.kind == "add"]
    assert (found.dropped, found.added) == tuple(sum(row.kind == kind for row in one) for kind in ("drop", "add"))


@given(texts, texts)
def test_every_change_can_be_jumped_to(before: str, after: str) -> None:
    found = compare(before, after)
    for rows in (found.unified(), found.split()):
        assert [row.change for row in rows if row.change >= 0] == list(range(len(found.changes)))


def shown(before: str, after: str) -> list[str]:
    found = compare(before, after)
    signs = {"drop": "−", "add": "+", "same": " ", "gap": "…"}
    return [
        signs[row.kind]
        + (
            str(row.size)
            if row.kind == "gap"
            else found.old.lines[row.before]
            if row.after is None
            else found.new.lines[row.after]
        )
        for row in found.unified()
    ]


def test_three_lines_stand_around_a_change() -> None:
    before = "".join(f"line {number}\n" for number in range(20))
    rows = shown(before, before.replace("line 10\n", "ten\n"))
    assert [row.removeprefix(" line ") for row in rows] == [
        "…7", "7", "8", "9", "−line 10", "+ten", "11", "12", "13", "…6",
    ]  # fmt: skip


def test_a_gap_is_never_smaller_than_the_words_that_stand_for_it() -> None:
    rows = shown("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\ne\nF\n")
    assert rows == [" a", " b", " c", " d", " e", "−f", "+F"]


def test_changes_close_together_share_what_is_between() -> None:
    assert shown("a\nb\nc\nd\n", "A\nb\nc\nD\n") == ["−a", "+A", " b", " c", "−d", "+D"]


def test_a_new_function_is_shown_whole_and_not_from_its_second_line_to_the_next_ones_first() -> None:
    before = "def a():\n    x\n\ndef c():\n    x\n"
    after = "def a():\n    x\n\ndef b():\n    x\n\ndef c():\n    x\n"
    assert shown(before, after) == [" def a():", "     x", " ", "+def b():", "+    x", "+", " def c():", "     x"]


def test_a_missing_line_end_is_a_change() -> None:
    found = compare("a", "a\n")
    assert (found.dropped, found.added) == (1, 1)
    assert found.old.open_at(0)
    assert not found.new.open_at(0)


def test_form_feeds_do_not_shift_line_numbers() -> None:
    assert list(compare("a\x0cb\nc\n", "a\x0cb\nd\n").unified())[-1].after == 1


def test_a_change_far_out_in_a_long_line_is_not_lost() -> None:
    long = "x" * (LONGEST_LINE + 10)
    assert len(compare(long + "a\n", long + "b\n").changes) == 1


def test_lines_that_became_each_other_stand_side_by_side() -> None:
    before = "one = 1\ntwo = compute(1, 2)\n"
    after = "import this\none = 10\n# said why\ntwo = compute(1, 3)\n"
    assert [(row.before, row.after) for row in compare(before, after).split()] == [
        (None, 0), (0, 1), (None, 2), (1, 3),
    ]  # fmt: skip


HOSTILE = {
    "one line of a megabyte": ("x" * 1_000_000, "y" * 1_000_000),
    "a hundred thousand new lines": ("", "line\n" * 100_000),
    "a hundred thousand equal lines against as many others": ("a\n" * 100_000, "b\na\n" * 50_000),
    "nothing but line ends": ("\n" * 300_000, "\n" * 200_000),
    "where difflib takes minutes": ("a\n" * 3_000, "a\nb\n" * 1_500),
    "control characters": ("\x00\x1b\u202e\n" * 1_000, "\x00\x1b\u202d\n" * 1_000),
    "empty": ("", ""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_compared_all_the_same(name: str) -> None:
    before, after = HOSTILE[name]
    found = compare(before, after)
    assert applied(found, list(text(before).lines)) == list(text(after).lines)
    for rows in (found.unified(), found.split()):
        assert len(sides(rows)[1]) == len(found.new.lines)


def test_a_few_changes_in_a_very_long_text_are_found_one_by_one() -> None:
    before = [f"row {number}" for number in range(100_000)]
    after = list(before)
    for at in (5, 50_000, 99_000):
        after[at] = f"changed {at}"
    found = compare("\n".join(before), "\n".join(after))
    assert [(change.i1, change.i2) for change in found.changes] == [(5, 6), (50_000, 50_001), (99_000, 99_001)]
    assert not found.coarse
