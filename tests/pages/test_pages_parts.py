"""The pure parts of pages: charts, and making hostile text visible."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.common.templatetags import pages
from apps.common.text import visible
from apps.records.models import Run
from apps.rounds.chart import APART, step_chart
from apps.rounds.selectors import state_of


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


def test_points_do_not_run_into_each_other() -> None:
    chart = step_chart([(number, float(number)) for number in range(1000)], 999, 1, None)
    assert chart is not None
    places = [point.x for point in chart.points]
    assert chart.points[-1].number == 999
    assert 20 < len(places) <= 100 / APART + 1
    assert all(later - earlier >= APART for earlier, later in zip(places, places[1:], strict=False))


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), ("", "–"), (-0.5, "−0.5"), (1 / 3, "0.333333"), (float("nan"), "not finite")]
)
def test_numbers_are_plain(value: float | None, text: str) -> None:
    assert pages.number(value) == text


@pytest.mark.parametrize(
    ("state", "effects", "latched", "word"),
    [
        ("finishing", {"running": 1}, False, "stopping"),
        ("finishing", {}, True, "paused"),
        ("finished", {"running": 1}, True, "finished"),
        ("open", {"running": 1, "held after": 3}, False, "running"),
        ("open", {"held before": 3}, False, "waiting"),
        ("open", {"running": 1}, True, "pausing"),
        ("open", {"ready": 4, "held after": 1}, True, "paused"),
        ("open", {}, False, "undriven"),
    ],
)
def test_a_state_is_true_now(state: str, effects: dict[str, int], latched: bool, word: str) -> None:
    run = Run(state="open", finishing=True) if state == "finishing" else Run(state=state)
    run.driver_until = timezone.now()
    assert state_of(run, effects, latched) == word


@pytest.mark.parametrize(("age", "word"), [(2, "starting"), (60, "undriven")])
def test_a_run_that_began_a_moment_ago_is_not_said_to_lack_a_worker(age: int, word: str) -> None:
    run = Run(state="open", created=timezone.now() - timedelta(seconds=age))
    assert state_of(run, {}, latched=False) == word
