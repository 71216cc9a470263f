"""What performers leave alone, and what they let go of, while no driver of theirs has looked yet."""

import pytest
from django.conf import settings

from apps.oversight import rules
from apps.oversight.services import policies, stops, verdicts
from apps.records.models import CandidateEdit, Trajectory
from apps.rounds.sweep import due
from apps.rounds.verify import problems
from tests.rounds import world
from tests.rounds.people import maintainer

pytestmark = pytest.mark.django_db(transaction=True)
SLOW = world.PROGRAM.replace("    return C", "    import time\n    time.sleep(1.8)\n    return C")


def test_what_is_measured_for_a_run_that_was_aborted_is_killed(drives, performer):
    project = world.project(program=SLOW)
    run = world.begin(drives, project)
    drives.turn(0.02)
    performer._claim()
    assert performer._errands
    stops.abort(maintainer(project), run, "wrong data")
    performer._beaten -= 3.0  # seconds pass
    performer._beat()
    assert not performer._errands
    assert performer._pool.free == settings.EVOWEB_SLOTS
    assert not Trajectory.objects.exists()
    assert list(problems(project)) == []


def test_performers_leave_to_people_what_was_made_from_something_reverted(drives, performer):
    project = world.project()
    run = world.begin(drives, project, world.order(candidates=100))
    while not (made := [each for each in due() if _base(each) and _base(each).number]):
        drives.turn(0.02)
        if not any(_base(each) and _base(each).number for each in due()):
            performer.turn(0.1)
    verdicts.revert(maintainer(project), _base(made[0]), "it cheats")
    performer.turn(0.1)  # its driver has not looked yet
    made[0].refresh_from_db()
    assert made[0].state == "ready"
    drives.turn(0.5)
    made[0].refresh_from_db()
    assert made[0].state == "held before"
    stops.abort(maintainer(project), run, "enough")


def test_performers_leave_to_people_what_became_too_dear_for_the_mode(drives, performer, monkeypatch):
    monkeypatch.setitem(rules.MODES, "thrifty", (rules.Rule("measure", "before", above_seconds=1e-9),))
    project = world.project()
    run = world.begin(drives, project, world.order(candidates=100))
    while run.measured < 2 or not due().exists():
        drives.turn(0.02)
        if run.measured < 2:
            performer.turn(0.1)
        run.refresh_from_db()
    policies.set_policy(maintainer(project), run, "thrifty")
    performer.turn(0.1)  # its driver has not looked yet
    assert due().get().holder == "-"
    stops.abort(maintainer(project), run, "enough")


def _base(effect):
    return CandidateEdit.objects.filter(pk=CandidateEdit.objects.get(pk=effect.candidate).base).first()
