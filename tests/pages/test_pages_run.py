"""A project's page: its run's state told truthfully, and what it brought."""

import pytest
from django.test import Client
from django.utils import timezone
from factory import Cast, Play

from apps.engine.canonical import encode
from apps.oversight.models import Latch
from apps.records.models import Run


def page(client: Client, url: str = "/projects/parabola/runs/1/") -> str:
    return client.get(url).content.decode()


def test_no_run_yet_says_how_to_start_one(as_alice: Client) -> None:
    assert "Start the first one" in page(as_alice, "/projects/parabola/")
    assert "not started" in page(as_alice, "/projects/")


def test_the_list_of_projects_shows_state_champion_and_gates(as_alice: Client, people: Cast, play: Play) -> None:
    champion = play.candidate("x = 1\n", parents=(0,))
    play.read(champion, 9.25)
    play.held(champion)
    people.project.champion = champion.pk
    people.project.save()
    shown = page(as_alice, "/projects/")
    assert "waiting for people" in shown
    assert "9.25" in shown
    assert "<strong>1</strong>" in shown


def test_a_pause_is_only_called_paused_when_nothing_runs(as_alice: Client, play: Play) -> None:
    effect = play.running(play.candidate("x = 1\n", parents=(0,)))
    as_alice.post("/projects/parabola/runs/1/pause", {"reason": "lunch"})
    assert "pausing…" in page(as_alice)
    effect.state = "done"
    effect.save()
    shown = page(as_alice)
    assert ">paused<" in shown
    assert "lunch" in shown


def test_resuming_releases_the_latch(as_alice: Client, play: Play) -> None:
    play.latched()
    as_alice.post("/projects/parabola/resume", {"next": "/projects/parabola/runs/1/"})
    assert not Latch.objects.filter(released_at=None).exists()
    assert ">running<" in page(as_alice)


def test_a_pause_without_a_reason_is_refused(as_alice: Client, play: Play) -> None:
    assert "needs a reason" in as_alice.post("/projects/parabola/pause", {"reason": " "}, follow=True).content.decode()
    assert not Latch.objects.exists()


def test_a_form_leads_nowhere_else(as_alice: Client, play: Play) -> None:
    response = as_alice.post("/projects/parabola/resume", {"next": "https://example.org/"})
    assert response["Location"] == "/projects/parabola/"


def test_a_run_that_nobody_drives_says_so(as_alice: Client, play: Play) -> None:
    Run.objects.update(driver_until=timezone.now())
    assert "no worker" in page(as_alice)


def test_the_run_shows_best_seed_candidates_and_chart(as_alice: Client, play: Play) -> None:
    shown = page(as_alice)
    assert "Best score so far: 3 at candidate 3; the seed scored 0" in shown
    assert 'href="/projects/parabola/runs/1/candidates/3/"' in shown
    assert "of 100</small>" in shown


def test_a_project_that_minimises_shows_its_own_numbers(as_alice: Client, people: Cast, play: Play) -> None:
    people.project.direction = "minimise"
    people.project.save()
    shown = page(as_alice)
    assert "Best score so far: −3 at candidate 3" in shown
    assert "lower is better" in shown


def test_a_concluded_run_shows_what_holds_after_correction(as_alice: Client, play: Play) -> None:
    result = {
        "best": 3,
        "best_score": 3.0,
        "corrected_score": 2.5,
        "corrected_gain": {"mean": 2.5, "low": 1, "high": 4},
    }
    Run.objects.update(state="finished", result=encode(result), ended=timezone.now())
    shown = page(as_alice)
    assert "finished" in shown
    assert "2.5" in shown
    assert "[+1, +4]" in shown


def test_infinite_intervals_are_not_called_numbers(as_alice: Client, play: Play) -> None:
    gain = {"mean": 1.0, "low": float("-inf"), "high": float("inf")}
    Run.objects.update(state="finished", result=encode({"corrected_gain": gain}))
    assert "not finite" in page(as_alice)


def test_failures_are_counted_by_label(as_alice: Client, play: Play) -> None:
    play.measured(play.candidate("x = 1\n", parents=(0,)), None, failure="timeout")
    assert "timeout" in page(as_alice)


def test_a_null_run_is_shown_beside(as_alice: Client, people: Cast, play: Play) -> None:
    Play.begin(people.project, baseline_of=play.run, method="null", state="finished", best_score=0.5)
    Run.objects.filter(pk=play.run.pk).update(state="finished", ended=timezone.now())
    assert "Baselines" in page(as_alice)


@pytest.mark.parametrize("name", ["state", "candidates", "side", "controls"])
def test_a_live_region_is_a_part_of_the_page(as_alice: Client, play: Play, name: str) -> None:
    whole = page(as_alice)
    response = as_alice.get(f"/projects/parabola/runs/1/?region={name}", headers={"HX-Request": "true"})
    part = response.content.decode()
    assert "<html" not in part
    assert "HX-Request" in response["Vary"]
    assert name == "controls" or part.strip().splitlines()[0].strip() in whole


def test_without_a_script_the_same_address_is_the_whole_page(as_alice: Client, play: Play) -> None:
    assert "<html" in page(as_alice, "/projects/parabola/runs/1/?region=state")
    nonsense = as_alice.get("/projects/parabola/runs/1/?region=nonsense", headers={"HX-Request": "true"})
    assert "<html" in nonsense.content.decode()


def test_older_candidates_are_a_page_away(as_alice: Client, people: Cast) -> None:
    play = Play.begin(people.project)
    for _ in range(25):
        play.candidate()
    assert "/candidates/?before=5" in page(as_alice)
    older = page(as_alice, "/projects/parabola/runs/1/candidates/?before=5")
    assert 'candidates/4/"' in older
    assert 'candidates/5/"' not in older


@pytest.mark.parametrize("before", ["x", "-1", "99999999999999999999", "", "²"])
def test_a_senseless_key_is_ignored(as_alice: Client, play: Play, before: str) -> None:
    assert as_alice.get("/projects/parabola/runs/1/candidates/", {"before": before}).status_code == 200


def test_without_isolation_every_page_says_so(as_alice: Client, client: Client, play: Play, settings: object) -> None:
    settings.EVOWEB_SANDBOX = "none"
    for reader, url in [(as_alice, "/"), (as_alice, "/queue/"), (as_alice, "/nowhere"), (client, "/sign-in")]:
        assert "Candidates run without isolation." in page(reader, url)
