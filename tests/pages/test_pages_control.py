"""Starting a run, and what an operator does to it."""

import pytest
from django.test import Client
from django.utils import timezone
from factory import Cast, Play

from apps.engine.canonical import decode, encode
from apps.oversight.models import Latch, Policy
from apps.projects.models import Project, Task
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


def test_before_the_run_it_says_which_gain_a_promotion_confirms(as_alice: Client, people: Cast) -> None:
    Project.objects.update(noise=0.1, repeatable=False)
    people.project.tasks.filter(split="gate").delete()
    for number in range(5):
        Task.objects.create(project=people.project, key=f"more{number}", split="gate", position=9 + number)
    assert "tested on 5 gate tasks: too few to confirm any gain" in " ".join(as_alice.get(NEW).content.decode().split())
    for number in range(5, 20):
        Task.objects.create(project=people.project, key=f"more{number}", split="gate", position=9 + number)
    said = " ".join(as_alice.get(NEW).content.decode().split())
    assert 'at the first look a gain of <strong class="tabular">0.101' in said
    Project.objects.update(repeatable=True)
    people.project.tasks.filter(split="gate").delete()
    assert "A promotion is tested" not in as_alice.get(NEW).content.decode()


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


RUN = "/projects/parabola/runs/1/"


def said(client: Client, action: str, **values: str) -> str:
    """What the run's page says after it."""
    return client.post(f"{RUN}{action}", values, follow=True).content.decode()


def test_a_run_is_paused_and_goes_on_alone(as_alice: Client, people: Cast, play: Play) -> None:
    Play.begin(people.project)
    assert "Pausing." in said(as_alice, "pause", reason="lunch")
    shown = as_alice.get(RUN).content.decode()
    assert ">paused<" in shown
    assert "This run is stopped" in shown
    assert "by alice: lunch" in shown
    assert ">paused<" not in as_alice.get("/projects/parabola/runs/2/").content.decode()
    assert "Resumed." in said(as_alice, "resume")
    assert "was not paused" in said(as_alice, "resume")


def test_a_pause_without_a_reason_pauses_nothing(as_alice: Client, play: Play) -> None:
    assert "needs a reason" in said(as_alice, "pause", reason=" ")
    assert not Latch.objects.exists()


def test_buttons_say_what_they_would_touch(as_alice: Client, play: Play) -> None:
    made = play.candidate("x = 1\n", parents=(0,))
    play.running(made)
    play.held(made)
    shown = as_alice.get(RUN).content.decode()
    assert "1 effect runs now and will be finished." in shown
    assert "1 open gate stays open." in shown
    assert "2 open effects are finished, 1 of them when people have answered" in shown
    assert "1 running effect is killed, 1 gate cancelled." in shown


def test_stopping_in_order_is_said_and_asked_once(as_alice: Client, play: Play) -> None:
    assert "Stopping. No new round starts" in said(as_alice, "finish")
    assert "stopping…" in as_alice.get(RUN).content.decode()
    assert "was stopping or had ended" in said(as_alice, "finish")


@pytest.mark.parametrize("confirm", ["", "run 2", "yes"])
def test_an_abort_is_confirmed_by_typing(as_alice: Client, play: Play, confirm: str) -> None:
    assert "Type “run 1” to abort it." in said(as_alice, "abort", reason="it cheats", confirm=confirm)
    assert Run.objects.get().state == "open"


def test_an_abort_ends_the_run_and_says_why(as_alice: Client, play: Play) -> None:
    assert "needs a reason" in said(as_alice, "abort", reason="", confirm="run 1")
    shown = said(as_alice, "abort", reason="it cheats", confirm="run 1")
    assert ">aborted<" in shown
    assert "it cheats" in shown
    assert "End the run" not in shown
    assert "aborted already" in said(as_alice, "abort", reason="again", confirm="run 1")


def test_two_who_change_the_mode_at_once_are_told(as_alice: Client, play: Play) -> None:
    assert 'name="seen" value="1"' in as_alice.get(RUN).content.decode()
    assert "The mode is full-auto now." in said(as_alice, "mode", mode="full-auto", seen="1")
    late = said(as_alice, "mode", mode="step-by-step", seen="1")
    assert "was changed to full-auto while you looked" in late
    assert Policy.objects.order_by("-version").values_list("mode", flat=True).first() == "full-auto"


@pytest.mark.parametrize("values", [{"mode": "trust-me", "seen": "1"}, {"mode": "full-auto"}, {}])
def test_a_senseless_mode_changes_nothing(as_alice: Client, play: Play, values: dict[str, str]) -> None:
    assert "Nothing was done." in said(as_alice, "mode", **values)
    assert Policy.objects.count() == 1


@pytest.mark.parametrize("action", ["pause", "resume", "finish", "abort", "mode"])
def test_a_reviewer_has_no_control(as_bob: Client, play: Play, action: str) -> None:
    values = {"reason": "r", "confirm": "run 1", "mode": "full-auto", "seen": "1"}
    assert as_bob.post(f"{RUN}{action}", values).status_code == 403
    assert as_bob.get(f"{RUN}{action}").status_code == 405
    assert "End the run" not in as_bob.get(RUN).content.decode()
    assert Run.objects.get().state == "open"


def test_failures_lead_to_the_candidates_that_have_them(as_alice: Client, play: Play) -> None:
    play.measured(play.candidate("x = 1\n", parents=(0,)), None, failure="timeout")
    assert "?failure=timeout" in as_alice.get(RUN).content.decode()
    shown = as_alice.get(f"{RUN}candidates/?failure=timeout").content.decode()
    assert "candidates/4/" in shown
    assert "candidates/3/" not in shown


def test_a_rare_label_is_looked_for_in_bounded_steps(
    as_alice: Client, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.rounds.selectors.WINDOW", 2)
    shown = as_alice.get(f"{RUN}candidates/?failure=memory").content.decode()
    assert "among candidates 2 to 3" in shown
    assert "before=2" in shown
    last = as_alice.get(f"{RUN}candidates/?failure=memory&before=2").content.decode()
    assert "among candidates 0 to 1" in last
    assert "Older candidates" not in last


def test_the_page_names_who_drives_and_who_measures(as_alice: Client, play: Play) -> None:
    effect = play.running(play.candidate("x = 1\n", parents=(0,)))
    effect.holder = "far-away/3/b"
    effect.save()
    shown = as_alice.get(RUN).content.decode()
    assert "worker-1/0" in shown
    assert "far-away/3/b" in shown


def test_while_everything_is_stopped_a_run_says_who_lets_it_go_on(as_alice: Client, play: Play) -> None:
    Latch.objects.create(project=None, reason="maintenance", set_by="person:1")
    shown = as_alice.get(f"/projects/parabola/runs/{play.run.number}/").content.decode()
    assert "An admin releases that on the" in shown
    assert "Reason for the pause" not in shown
