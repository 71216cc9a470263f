"""The bulk loader: what is measured with it must be what a driver would have left."""

import pytest

from apps.log.models import Event
from apps.oversight.models import Answer
from apps.projects.models import Project
from apps.records.models import CandidateEdit, Effect
from apps.rounds.verify import problems
from bench.bulk import load


@pytest.mark.django_db(transaction=True)
def test_everything_that_it_loads_follows_from_the_log() -> None:
    first = load(candidates=400, events=4000, gates=40, answers=80, projects=2)
    assert [wrong for project in Project.objects.all() for wrong in problems(project)] == []
    assert CandidateEdit.objects.filter(run__project=first).count() == 400
    assert Effect.open.count() == 40
    assert Answer.objects.count() == pytest.approx(80, rel=0.2)
    assert Event.objects.filter(project=first.pk).count() == pytest.approx(4000, rel=0.1)
