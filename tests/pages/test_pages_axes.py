"""The page on which the axes of a project are read and set."""

from html import unescape
from typing import Any

from django.test import Client
from factory import Cast, Play

from apps.engine.axes import Axes, Descriptor, Objective
from apps.projects import selectors
from apps.projects.models import AxesVersion

PAGE = "/projects/parabola/axes/"
FILL = {"name": "fill", "low": "0", "high": "2.5", "cells": "5"}
BINS = {"name": "bins", "direction": "minimise"}


def sent(descriptors: list[dict[str, str]], objectives: list[dict[str, str]], seen: int = 0) -> dict[str, Any]:
    """A form as a browser sends it, with an empty row below each table."""
    data: dict[str, Any] = {"seen": seen}
    for prefix, rows in (("descriptors", [*descriptors, {"name": ""}]), ("objectives", [*objectives, {"name": ""}])):
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
        defaults = {"direction": "maximise"} if prefix == "objectives" else {"cells": "10"}
        for number, row in enumerate(rows):
            data |= {f"{prefix}-{number}-{name}": value for name, value in (defaults | row).items()}
    return data


def text(response: Any) -> str:
    return unescape(response.content.decode())


def test_a_maintainer_sets_axes_after_the_runs_have_ended(as_alice: Client, people: Cast, play: Play) -> None:
    play.measured(play.candidate("x = 1\n"), 1.0, metrics={"fill": 2.0, "bins": 7})
    answer = as_alice.post(PAGE, sent([FILL], [BINS]), follow=True)
    assert "The axes are set. Open runs keep theirs." in text(answer)
    assert selectors.axes(people.project) == Axes((Descriptor("fill", 0, 2.5, 5),), (Objective("bins", False),))
    assert "version 1" in text(answer)
    assert 'value="fill"' in text(answer)
    shown = text(as_alice.get("/projects/parabola/"))
    assert "Descriptor</th>" in shown
    assert "fill" in shown


def test_a_row_without_a_name_is_taken_away(as_alice: Client, people: Cast) -> None:
    as_alice.post(PAGE, sent([FILL, FILL | {"name": "size"}], []))
    as_alice.post(PAGE, sent([FILL | {"name": ""}, FILL | {"name": "size"}], [], seen=1))
    assert [axis.name for axis in selectors.axes(people.project).descriptors] == ["size"]


def test_the_page_tells_which_metrics_there_are_and_how_far_they_reach(as_bob: Client, play: Play) -> None:
    for fills in ((0.5, 1.5), (3.0, 3.0)):
        made = play.candidate("x = 1\n")
        for key, fill in zip(("t1", "t2"), fills, strict=True):
            play.measured(made, 1.0, key, metrics={"fill": fill})
    play.run.evaluations = 4
    play.run.save()
    shown = text(as_bob.get(PAGE))
    assert '<th scope="row" class="word">fill</th><td class="num">1</td><td class="num">3</td>' in shown
    assert "<form method" not in shown.partition("<main")[2]


def test_a_name_that_nothing_tells_is_set_with_a_warning(as_alice: Client, people: Cast, play: Play) -> None:
    play.measured(play.candidate("x = 1\n"), 1.0, metrics={"fill": 2.0})
    play.run.evaluations = 1
    play.run.save()
    answer = as_alice.post(PAGE, sent([FILL | {"name": "fil"}], []), follow=True)
    assert "No measurement so far tells fil. Metrics told: fill." in text(answer)
    assert selectors.axes(people.project).metrics == ("fil",)


def test_what_makes_no_map_is_refused_and_kept_in_the_form(as_alice: Client) -> None:
    wrong = [
        ([FILL | {"low": "3"}], [], "'fill' needs a low below its high"),
        ([FILL | {"low": ""}], [], "'fill' needs a low and a high"),
        ([FILL | {"low": "nan"}], [], "Descriptor 1, low: Enter a number."),
        ([FILL | {"high": "x"}], [], "Descriptor 1, high: Enter a number."),
        (
            [FILL | {"cells": "1000000000"}],
            [],
            "Descriptor 1, cells: Ensure this value is less than or equal to 10000.",
        ),
        ([FILL | {"cells": "9999"}, FILL | {"name": "size"}], [], "the map would have 49,995 cells"),
        ([FILL, FILL], [], "'fill' is named twice"),
        ([], [BINS | {"name": "score"}], "'score' is the score"),
        ([], [BINS | {"direction": "up"}], "Objective 1, direction: Select a valid choice."),
        ([FILL | {"name": "a\u202eb"}], [], "A name is one line of plain text."),
    ]
    for descriptors, objectives, told in wrong:
        answer = as_alice.post(PAGE, sent(descriptors, objectives))
        assert answer.status_code == 422
        assert told in text(answer)
        for row in descriptors:
            assert f'value="{row["high"]}"' in text(answer)
    assert not AxesVersion.objects.exists()


def test_a_form_without_its_tables_changes_nothing(as_alice: Client) -> None:
    assert as_alice.post(PAGE, {"seen": "0"}).status_code == 422
    assert not AxesVersion.objects.exists()


def test_whoever_was_faster_is_not_undone(as_alice: Client, people: Cast) -> None:
    as_alice.post(PAGE, sent([FILL], []))
    for seen in ("0", "7", "x", ""):
        answer = as_alice.post(PAGE, sent([FILL], [BINS]) | {"seen": seen})
        assert answer.status_code == 409
        assert "changed while you looked (version 1)" in text(answer)
    assert selectors.axes(people.project).objectives == ()
