"""Runs along axes with evaluators as they are in the wild: metrics that are missing or no numbers, equal scores."""

import pytest

from apps.accounts.actors import Actor
from apps.common.errors import UserError
from apps.engine.axes import Axes, Descriptor, Objective, axes_from
from apps.engine.canonical import decode
from apps.projects.services import axes
from apps.records.models import CandidateEdit, Run, Trajectory
from apps.rounds.opening import open_book
from apps.rounds.verify import problems
from tests.rounds import world

SYSTEM = Actor.system()
ODD = """
def score(given, expected, output, seed):
    far = sum((a - b) ** 2 for a, b in zip(output, expected, strict=True))
    metrics = {"first": output[0]} if output[1] <= -0.5 else {}
    if output[2] > 0.5:
        metrics["second"] = float("nan")
    return {"score": -far, "metrics": metrics}
"""
CONSTANT = """
def score(given, expected, output, seed):
    return {"score": 1.0, "metrics": {"first": output[0]}}
"""
FIRST = Axes((Descriptor("first", -3, 3, 6),), (Objective("first"),))


def along(project, wanted):
    axes.change(SYSTEM, project, wanted)
    return project


def run(loop, project, method="map_elites", candidates=40):
    return world.finish(loop, world.begin(loop, project, world.order(method, candidates)))


@pytest.mark.parametrize("method", ["map_elites", "novelty_search", "pareto"])
def test_what_tells_no_number_fails_or_lies_nowhere_and_the_run_goes_on(loop, method):
    """A metric that is NaN fails the measurement by name; one that is missing leaves the candidate off the map."""
    project = along(world.project(evaluator=ODD, tasks=1), FIRST)
    ended = run(loop, project, method)
    assert (ended.state, ended.measured) == ("finished", 40)
    failed = Trajectory.objects.filter(failure="scorer_error")
    assert failed.exists()
    assert all("metric second is nan" in decode(bytes(one.report))["detail"] for one in failed)
    nowhere = [row for row in Trajectory.objects.filter(failure="") if "metrics" not in decode(bytes(row.report))]
    assert nowhere
    assert list(problems(project)) == []


@pytest.mark.parametrize("method", ["map_elites", "islands", "novelty_search", "pareto", "hill_climb"])
def test_where_all_score_alike_the_run_ends_in_order_and_nobody_is_promoted(loop, method):
    project = along(world.project(evaluator=CONSTANT), FIRST)
    ended = run(loop, project, method)
    assert ended.state in ("finished", "exhausted")
    assert CandidateEdit.objects.get(pk=ended.project.__class__.objects.get().champion).number == 0
    assert list(problems(project)) == []


def test_a_run_taken_up_from_its_records_has_the_same_map(loop):
    project = along(world.project(evaluator=ODD.replace("if output[2] > 0.5", "if False")), FIRST)
    begun = world.begin(loop, project, world.order("map_elites", 30))
    ended = world.finish(loop, begun)
    kept = open_book(Run.objects.select_related("project", "protocol").get(pk=ended.pk), "", False).population
    assert axes_from(decode(bytes(ended.axes))) == FIRST
    for number in kept.members:
        told = Trajectory.objects.get(candidate=ended.pk * 2**32 + number)
        assert kept.value(number, "first") == decode(bytes(told.report)).get("metrics", {}).get("first")


def test_axes_changed_while_a_run_is_open_are_for_the_next(loop):
    project = along(world.project(evaluator=CONSTANT), FIRST)
    begun = world.begin(loop, project, world.order("map_elites", 10))
    along(project, Axes((Descriptor("size", 0, 100),)))
    assert axes_from(decode(bytes(world.finish(loop, begun).axes))) == FIRST
    later = run(loop, project, candidates=3)
    assert axes_from(decode(bytes(later.axes))).descriptors[0].name == "size"


def test_a_map_of_a_billion_cells_starts_nothing(transactional_db):
    project = world.project()
    with pytest.raises(ValueError, match="at most 10,000 make sense"):
        along(project, Axes(tuple(Descriptor(name, 0, 1, 1000) for name in "abc")))
    with pytest.raises(UserError, match="unknown parameter"):
        world.start(SYSTEM, project, world.order("map_elites", parameters={"cells": 10**9}), "bubblewrap")
    assert not Run.objects.exists()
