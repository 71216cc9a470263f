import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.variation.regions import RegionError, editable, outside_unchanged, regions

from .programs import quick

START, END = "# EVOLVE-BLOCK-START", "# EVOLVE-BLOCK-END"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_region_is_what_stands_between_the_marker_lines(line_end):
    text = line_end.join(["a", f"  {START} here", "b", "c", f"<!-- {END} -->", "d", START, END])
    assert [region.of(text) for region in regions(text)] == [f"b{line_end}c{line_end}", ""]


def test_markers_may_stand_on_the_first_and_the_last_line():
    text = f"\ufeff{START}\nx = 1\n{END}"
    assert [region.of(text) for region in regions(text)] == ["x = 1\n"]


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        (["a", START, "b", START, END], 4, "inside another"),
        ([START, "a"], 1, "never ends"),
        (["a", "b", END], 3, "never started"),
        ([START, END, END], 3, "never started"),
        (["a", f"{START} {END}"], 2, "on one line"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_markers_that_do_not_pair_up(lines, line, message, line_end):
    with pytest.raises(RegionError, match=message) as caught:
        regions(line_end.join(lines))
    assert caught.value.line == line


def test_modes():
    text = f"a\n{START}\nb\n{END}\n"
    assert editable(text, "whole") == [(0, len(text))]
    assert editable(text, "protected") == []
    with pytest.raises(ValueError, match="unknown edit mode 'hole'"):
        editable(text, "hole")


BEFORE = f"a = 0\n{START}\nb = 1\n{END}\nc = 2\n{START}\n{END}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a = 0", "a = 1"),
        ("c = 2\n", ""),
        (START + "\nb", START + " \nb"),
        ("\nb = 1\n", "\r\nb = 1\n"),
        ("b = 1\n", "b = 1"),  # the end marker's line is no longer what it was
        ("b = 1\n", f"b = 1\n{END}\n{START}\n"),
        ("b = 1\n", f"{START}\n"),
        ("b = 1\n", f"{END}\n"),
        ("b = 1\n", f"# {START} {END}\n"),
        (f"{START}\n{END}", ""),
        ("a", "\ufeffa"),
    ],
)
def test_the_guard_sees_changes_outside(old, new):
    after = BEFORE.replace(old, new, 1)
    assert after != BEFORE
    assert not outside_unchanged(BEFORE, after, "regions")
    assert outside_unchanged(BEFORE, after, "whole")
    assert not outside_unchanged(BEFORE, after, "protected")


def test_the_guard_lets_changes_inside_pass():
    assert outside_unchanged(BEFORE, BEFORE.replace("b = 1\n", "é = '2'\r\n\x0c\u2028\n"), "regions")
    assert outside_unchanged(BEFORE, BEFORE.replace("b = 1\n", ""), "regions")


def test_the_guard_raises_where_the_parent_is_malformed():
    with pytest.raises(RegionError):
        outside_unchanged(START, START, "regions")


_lines = st.lists(st.sampled_from([START, END, "x", ""]), max_size=6)


@quick
@given(_lines, _lines, st.sampled_from(["\n", "\r\n", "\r"]))
def test_the_guard_agrees_with_reading_lines(before, after, line_end):
    """With line ends everywhere, the guard compares the lines outside and their order with the regions."""
    texts = ["".join(line + line_end for line in lines) for lines in (before, after)]
    kept = [_outside(lines) for lines in (before, after)]
    if kept[0] is not None:
        assert outside_unchanged(*texts, "regions") == (kept[0] == kept[1])


def _outside(lines):
    inside, kept = False, []
    for line in lines:
        if line in (START, END):
            if inside != (line == END):
                return None
            inside = not inside
            kept.append(line)
        elif not inside:
            kept.append(line)
    return None if inside else kept
