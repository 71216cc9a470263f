"""The pure parts of pages: diffs, charts, and making hostile text visible."""

import pytest
from django.utils import timezone

from apps.common.diff import LONGEST_LINE, diff
from apps.common.templatetags import pages
from apps.common.text import visible
from apps.records.models import Run
from apps.rounds.chart import step_chart
from apps.rounds.selectors import state_of


def shown(before: str, after: str) -> list[str]:
    return [f"{line.sign}{line.text}" for line in diff("a", before, after).lines]


def test_a_diff_keeps_three_lines_around_a_change() -> None:
    before = "".join(f"{number}\n" for number in range(10))
    lines = shown(before, before.replace("5\n", "five\n"))
    assert lines == ["2 equal lines", "2", "3", "4", "−5", "+five", "6", "7", "8", "1 equal line"]


def test_changes_close_together_share_what_is_between() -> None:
    assert shown("a\nb\nc\nd\n", "A\nb\nc\nD\n") == ["−a", "+A", "b", "c", "−d", "+D"]


def test_line_numbers_are_those_of_each_side() -> None:
    rows = diff("a", "1\n2\n3\n", "1\nnew\n2\n3\n").lines
    assert [(row.before, row.after) for row in rows] == [(1, 1), (None, 2), (2, 3), (3, 4)]


def test_a_change_far_out_in_a_long_line_is_not_lost() -> None:
    long = "x" * (LONGEST_LINE + 10)
    assert len(diff("a", long + "a\n", long + "b\n").lines) == 2


def test_a_missing_line_end_is_a_change() -> None:
    assert shown("a", "a\n") == ["−a⟨no line end⟩", "+a"]


@pytest.mark.parametrize(("before", "after"), [("", ""), ("a\n", "a\n")])
def test_equal_texts_have_no_changes(before: str, after: str) -> None:
    found = diff("a", before, after)
    assert (found.added, found.dropped) == (0, 0)


def test_form_feeds_do_not_shift_line_numbers() -> None:
    assert diff("a", "a\x0cb\nc\n", "a\x0cb\nd\n").lines[-1].after == 2


def test_what_acts_is_shown_instead() -> None:
    assert visible("a\x1b[0m\u202eb\u200b\r\x7f") == "a␛[0m⟨U+202E⟩b⟨U+200B⟩␍␡"
    assert visible("täglich\n\t→") == "täglich\n\t→"


@pytest.mark.parametrize(
    ("curve", "seed"),
    [([[0, 1.0]], 1.0), ([[0, 0.0]], None), ([[0, 1e-320], [1, 2e-320]], 0.0), ([[3, 1.0], [9, 1.0 + 1e-15]], 1.0)],
)
def test_a_chart_copes_with_flat_and_tiny_curves(curve: list[tuple[int, float]], seed: float | None) -> None:
    chart = step_chart(curve, 10, 1, seed)
    assert chart is not None
    assert all(0 <= point.y <= 100 for point in chart.points)


@pytest.mark.parametrize("curve", [[], [[0, float("inf")]], [[0, -1.7e308], [1, 1.7e308]]])
def test_what_cannot_be_drawn_is_not(curve: list[tuple[int, float]]) -> None:
    assert step_chart(curve, 10, 1, None) is None


def test_a_minimising_chart_goes_down() -> None:
    chart = step_chart([(0, -5.0), (4, -2.0)], 10, -1, -5.0)
    assert chart is not None
    assert [point.score for point in chart.points] == [5.0, 2.0]
    assert chart.points[0].y < chart.points[1].y


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), ("", "–"), (-0.5, "−0.5"), (1 / 3, "0.333333"), (float("nan"), "not finite")]
)
def test_numbers_are_plain(value: float | None, text: str) -> None:
    assert pages.number(value) == text


@pytest.mark.parametrize(
    ("state", "effects", "latched", "word"),
    [
        ("finished", {"running": 1}, True, "finished"),
        ("open", {"running": 1, "held after": 3}, False, "running"),
        ("open", {"held before": 3}, False, "waiting"),
        ("open", {"running": 1}, True, "pausing"),
        ("open", {"ready": 4, "held after": 1}, True, "paused"),
        ("open", {}, False, "undriven"),
    ],
)
def test_a_state_is_true_now(state: str, effects: dict[str, int], latched: bool, word: str) -> None:
    assert state_of(Run(state=state, driver_until=timezone.now()), effects, latched) == word
