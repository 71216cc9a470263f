"""Starting a run, and what an operator does to it."""

import pytest
from django.test import Client
from django.utils import timezone
from factory import Cast, Play

from apps.engine.canonical import decode, encode
from apps.oversight.models import Policy
from apps.records.models import Run
from apps.rounds.sweep import order_baselines

NEW = "/projects/parabola/runs/new"
ORDER = {"method": "best_of_n", "candidates": "30", "seconds": "", "parallel": "2", "seed": "5", "mode": "gate-only"}


def test_the_form_starts_from_the_projects_defaults(as_alice: Client, people: Cast) -> None:
    people.project.budget, people.project.mode = {"candidates": 77, "seconds": 9.0}, "gate-only"
    people.project.save()
    shown = as_alice.get(NEW).content.decode()
    assert 'value="77"' in shown
    assert 'value="9.0"' in shown
    assert '<option value="gate-only" selected>' in shown


def test_a_run_is_started_as_ordered(as_alice: Client, people: Cast) -> None:
    response = as_alice.post(NEW, ORDER | {"baseline": "on"})
    assert response["Location"] == "/projects/parabola/runs/1/"
    run = Run.objects.get()
    assert (run.method, run.candidates, run.seconds, run.parallel, run.seed) == ("best_of_n", 30, None, 2, 5)
    assert run.started_by == f"person:{people.alice.pk}"
    assert decode(bytes(run.options)) == {"baseline": True}
    assert Policy.objects.get(run=run).mode == "gate-only"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("candidates", "0", "greater than or equal to 1"),
        ("candidates", "many", "Enter a whole number"),
        ("parallel", "65", "less than or equal to 64"),
        ("method", "magic", "Select a valid choice"),
        ("mode", "trust-me", "Select a valid choice"),
        ("seed", str(2**64), "less than or equal to"),
        ("seconds", "nan", "Enter a number"),
    ],
)
def test_a_senseless_order_is_explained_at_its_field(
    as_alice: Client, people: Cast, field: str, value: str, said: str
) -> None:
    response = as_alice.post(NEW, ORDER | {field: value})
    assert response.status_code == 422
    shown = response.content.decode()
    assert said in shown.split(f'id="id_{field}_error"')[1].split("</ul>")[0]
    assert not Run.objects.exists()


def test_who_may_not_operate_gets_no_form(as_bob: Client, people: Cast) -> None:
    assert as_bob.get(NEW).status_code == 403
    assert as_bob.post(NEW, ORDER).status_code == 403
    assert not Run.objects.exists()


def test_before_the_run_it_says_which_gains_would_stay_unseen(as_alice: Client, people: Cast) -> None:
    assert "any difference on the 2 validation tasks is real" in as_alice.get(NEW).content.decode()
    people.project.noise = 0.5
    people.project.save()
    assert ">1.4<" in as_alice.get(NEW).content.decode()


def test_baselines_come_by_themselves_when_the_run_has_ended(people: Cast) -> None:
    told = {"options": encode({"baseline": True}), "measured": 40}
    Play.begin(people.project, **told)
    ended = Play.begin(people.project, state="finished", ended=timezone.now(), driver="", **told).run
    Play.begin(people.project, state="finished", ended=timezone.now(), driver="", measured=40)
    for _ in range(2):
        order_baselines()
    made = Run.objects.exclude(baseline_of=None).order_by("number")
    assert [(run.method, run.candidates, run.baseline_of) for run in made] == [
        ("null_run", 40, ended),
        ("best_of_n", 40, ended),
    ]
