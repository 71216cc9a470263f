"""Running a candidate once: who may, what is shown, and what it is worth. Real sandboxes, in this process."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from factory import Cast, Play, grown

from apps.accounts.actors import Actor
from apps.log.models import Event
from apps.oversight.services.stops import stop_all
from apps.projects.models import Membership
from apps.records.models import CandidateEdit, Trajectory
from apps.rounds import trials
from apps.rounds.models import Trial
from apps.rounds.trier import Trier

RUN = "/projects/parabola/runs/1/"
PRINTS = """
import sys
def answer(task):
    print("hello", task, end="")
    print("careful", file=sys.stderr)
    open("notes.txt", "w").write("x" * 1000)
    return [task, "<b>bold</b>"]
"""
SLOW = """
import time
def answer(task):
    print("before")
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def trier() -> Iterator[Trier]:
    made = Trier(Path(settings.EVOWEB_HOME))
    yield made
    made.close()


@pytest.fixture
def limits(people: Cast) -> None:
    people.project.limits = {"wall_seconds": 2.0, "cpu_seconds": 1.0, "memory_mb": 128, "file_mb": 8}
    people.project.save()


def one(play: Play, text: str, **measured: object) -> CandidateEdit:
    made = play.candidate(text, parents=(0,))
    play.measured(made, measured.pop("score", 1.5), **measured)
    return CandidateEdit.objects.get(pk=made.pk)


def ask(client: Client, candidate: CandidateEdit, task: str = "t1", **posted: object) -> Trial:
    response = client.post(f"{RUN}candidates/{candidate.number}/trials/", {"task": task, "seed": 1, **posted})
    assert response.status_code == 302, response.content.decode()
    return Trial.objects.latest("pk")


def page(trial: Trial) -> str:
    return f"{RUN}candidates/{trial.candidate.number}/trials/{trial.pk}/"


def finish(trier: Trier, trial: Trial) -> Trial:
    while trier.turn(0.5):
        pass
    trial.refresh_from_db()
    return trial


def test_a_trial_shows_what_was_printed_returned_and_left(
    play: Play, limits: None, as_bob: Client, trier: Trier
) -> None:
    trial = finish(trier, ask(as_bob, one(play, PRINTS)))
    assert (trial.state, bytes(trial.out), bytes(trial.err)) == ("done", b"hello 1", b"careful\n")
    shown = as_bob.get(page(trial)).content.decode()
    for words in (
        "hello 1",
        "careful",
        "&lt;b&gt;bold&lt;/b&gt;",
        "notes.txt",
        "1000\xa0bytes",
        "of 128 MB",
        "of 2 s",
    ):
        assert words in shown, words
    assert "<b>bold</b>" not in shown
    assert "main.py" not in shown, "its own program is not something that it made"


def test_a_trial_is_no_measurement(play: Play, limits: None, as_bob: Client, trier: Trier) -> None:
    candidate = one(play, PRINTS)
    before = list(Trajectory.objects.values())
    finish(trier, ask(as_bob, candidate))
    assert list(Trajectory.objects.values()) == before
    assert CandidateEdit.objects.get(pk=candidate.pk).score == 1.5
    kinds = list(Event.objects.order_by("-sequence").values_list("kind", flat=True)[:2])
    assert kinds == ["trial.ended", "trial.asked"]


def test_what_is_printed_is_seen_before_the_trial_ends(play: Play, limits: None, as_bob: Client, trier: Trier) -> None:
    trial = ask(as_bob, one(play, SLOW))
    while len(Trial.objects.get(pk=trial.pk).out) < len("before\n"):  # a line may come in two pieces
        assert trier.turn(0.1)
    news = as_bob.get(page(trial) + "?region=news&out=0&err=0&state=running", headers={"HX-Request": "true"})
    assert '<pre id="trial-out" hx-swap-oob="beforeend">before' in news.content.decode()
    assert "out=7" in news.content.decode(), "the next look goes on where this one ended"
    later = as_bob.get(page(trial) + "?region=news&out=7&err=0&state=running", headers={"HX-Request": "true"})
    assert "before" not in later.content.decode()
    assert "hx-get" in later.content.decode()
    trial = finish(trier, trial)
    assert (trial.state, trial.failure) == ("failed", "timeout")
    last = as_bob.get(page(trial) + "?region=news&out=7&err=0&state=running", headers={"HX-Request": "true"})
    assert "gave no answer in time" in last.content.decode()
    assert "hx-get" not in last.content.decode(), "nobody polls what has ended"


@pytest.mark.parametrize(
    ("text", "label", "words"),
    [
        ("def answer(task):\n    while True:\n        pass\n", {"cpu", "timeout"}, "was ended"),
        (
            "import os\ndef answer(task):\n    while True:\n        try:\n            os.fork()\n"
            "        except OSError:\n            pass\n",
            {"cpu", "timeout"},
            "was ended",
        ),
        ("def answer(task):\n    return bytearray(10 ** 10)\n", {"memory"}, "more memory than it may have"),
        ("def answer(task):\n    return 'x' * 10 ** 6\n", {"output_limit"}, "returned or wrote more than it may"),
        ("def answer(task):\n    return 1 / 0\n", {"error"}, "ZeroDivisionError"),
        ("def answer(task) return\n", {"syntax"}, "not valid Python"),
    ],
    ids=["loop", "fork bomb", "memory", "answer", "error", "syntax"],
)
def test_every_limit_says_that_it_was_reached(
    play: Play, limits: None, as_bob: Client, trier: Trier, text: str, label: set[str], words: str
) -> None:
    trial = finish(trier, ask(as_bob, one(play, text)))
    assert trial.state == "failed"
    assert trial.failure in label
    assert trial.processes <= 17
    assert words in as_bob.get(page(trial)).content.decode()


def test_endless_printing_is_bounded(play: Play, limits: None, as_bob: Client, trier: Trier) -> None:
    text = "def answer(task):\n    while True:\n        print('y' * 100)\n"
    trial = finish(trier, ask(as_bob, one(play, text)))
    assert trial.failure in ("cpu", "timeout")
    assert len(trial.out) == 64 << 10
    assert trial.out_size > 1 << 20
    response = as_bob.get(page(trial))
    assert "the first 64.0\xa0KB are kept" in response.content.decode()
    assert len(response.content) < 200_000


def test_a_double_click_makes_one_trial_and_another_waits_its_turn(play: Play, limits: None, as_bob: Client) -> None:
    first, second = one(play, PRINTS), one(play, SLOW)
    assert ask(as_bob, first).pk == ask(as_bob, first).pk
    refused = as_bob.post(f"{RUN}candidates/{second.number}/trials/", {"task": "t1", "seed": 1})
    assert refused.status_code == 409
    assert "is not over" in refused.content.decode()
    assert Trial.objects.count() == 1


def test_few_trials_wait_at_a_time(
    play: Play, limits: None, as_bob: Client, as_alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "MOST_OPEN", 1)
    candidate = one(play, PRINTS)
    ask(as_bob, candidate)
    refused = as_alice.post(f"{RUN}candidates/{candidate.number}/trials/", {"task": "t1", "seed": 1})
    assert refused.status_code == 409


@pytest.mark.parametrize(
    ("role", "status"), [("viewer", 403), ("auditor", 403), ("reviewer", 302), ("operator", 302), ("maintainer", 302)]
)
def test_reviewers_and_operators_may_try(people: Cast, play: Play, as_bob: Client, role: str, status: int) -> None:
    Membership.objects.filter(user=people.bob).update(role=role)
    url = f"{RUN}candidates/1/trials/"
    assert as_bob.post(url, {"task": "t1", "seed": 1}).status_code == status
    assert as_bob.get(url).status_code == 200


def test_strangers_find_nothing(play: Play, as_bob: Client, as_charlie: Client) -> None:
    trial = ask(as_bob, CandidateEdit.objects.get(pk=play.run.pk * (1 << 32) + 1))
    for url in (page(trial), page(trial) + "out.txt", f"{RUN}candidates/1/trials/"):
        assert as_charlie.get(url).status_code == 404
    assert as_charlie.post(page(trial) + "stop").status_code == 404


@pytest.mark.parametrize("split", ["gate", "sealed", "canary"])
def test_withheld_tasks_are_not_tried(people: Cast, play: Play, as_alice: Client, split: str) -> None:
    people.project.tasks.filter(key="g1").update(split=split)
    refused = as_alice.post(f"{RUN}candidates/1/trials/", {"task": "g1", "seed": 1})
    assert refused.status_code == 422
    assert "withheld" in refused.content.decode()
    assert 'value="g1"' not in refused.content.decode()
    assert not Trial.objects.exists()


def test_the_expected_answer_is_nowhere_in_a_trial(
    people: Cast, play: Play, limits: None, as_bob: Client, trier: Trier
) -> None:
    people.project.tasks.filter(key="t1").update(expected=b'"SECRET-ANSWER"')
    looks = (
        "import gc, os\ndef answer(task):\n    found = str(gc.get_objects())\n"
        "    secret = ''.join(['SECRET', '-', 'ANSWER'])\n"
        "    return secret in found or secret in str(os.environ)\n"
    )
    trial = finish(trier, ask(as_bob, one(play, looks)))
    assert bytes(trial.answer) == b"false", trial.detail


def test_stopping_ends_what_waits_and_what_runs(play: Play, limits: None, as_bob: Client, trier: Trier) -> None:
    candidate = one(play, SLOW)
    waiting = ask(as_bob, candidate)
    as_bob.post(page(waiting) + "stop")
    waiting.refresh_from_db()
    assert waiting.state == "stopped"
    running = ask(as_bob, candidate)
    trier.turn(0.1)
    as_bob.post(page(running) + "stop")
    assert "stopping…" in as_bob.get(page(running)).content.decode()
    assert finish(trier, running).state == "stopped"
    ended = Event.objects.filter(kind="trial.ended").values_list("actor", flat=True)
    assert list(ended) == [f"person:{running.person_id}"] * 2


def test_what_no_worker_takes_says_so(play: Play, limits: None, as_bob: Client) -> None:
    trial = ask(as_bob, one(play, PRINTS))
    assert "No worker has taken it yet" not in as_bob.get(page(trial)).content.decode()
    Trial.objects.filter(pk=trial.pk).update(asked="2026-01-01T00:00Z")
    news = as_bob.get(page(trial) + "?region=news&state=waiting", headers={"HX-Request": "true"})
    assert "No worker has taken it yet" in news.content.decode()


def test_a_start_that_the_database_broke_is_interrupted(
    play: Play, limits: None, as_bob: Client, trier: Trier, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = ask(as_bob, one(play, PRINTS))

    def broken(run: int, number: int) -> dict[str, str]:
        raise OperationalError("gone")

    with monkeypatch.context() as patched, pytest.raises(OperationalError):
        patched.setattr("apps.rounds.trier.of_candidate", broken)
        trier.turn(0.1)
    assert finish(trier, trial).state == "interrupted"
    assert finish(trier, ask(as_bob, trial.candidate)).state == "done"


def test_only_who_asked_and_operators_stop_a_trial(people: Cast, play: Play, as_bob: Client, as_alice: Client) -> None:
    Membership.objects.filter(user=people.alice).update(role="reviewer")
    trial = ask(as_bob, CandidateEdit.objects.get(pk=play.run.pk * (1 << 32) + 1))
    assert as_alice.post(page(trial) + "stop").status_code == 403
    Membership.objects.filter(user=people.alice).update(role="operator")
    assert as_alice.post(page(trial) + "stop").status_code == 302


def test_the_stop_of_everything_stops_trials(
    people: Cast, play: Play, limits: None, as_bob: Client, trier: Trier
) -> None:
    candidate = one(play, SLOW)
    trial = ask(as_bob, candidate)
    trier.turn(0.1)
    stop_all(Actor.system(), "fire drill")
    assert finish(trier, trial).state == "stopped"
    refused = as_bob.post(f"{RUN}candidates/{candidate.number}/trials/", {"task": "t1", "seed": 1})
    assert refused.status_code == 409


def test_a_worker_that_lost_its_trial_writes_nothing(play: Play, limits: None, as_bob: Client, trier: Trier) -> None:
    trial = ask(as_bob, one(play, SLOW))
    trier.turn(0.1)
    Trial.objects.filter(pk=trial.pk).update(until="2000-01-01T00:00Z")
    trials.sweep()
    trial.refresh_from_db()
    assert trial.state == "interrupted"
    ended = trial.ended
    assert not trier.turn(1.0)
    trial.refresh_from_db()
    assert (trial.state, trial.ended) == ("interrupted", ended)


def test_what_is_no_utf8_and_half_characters_are_shown(play: Play, limits: None, as_bob: Client, trier: Trier) -> None:
    text = (
        "import os\ndef answer(task):\n    os.write(1, b'a\\xff\\x1b[31m\\xe2\\x82')\n    os.write(1, b'\\xac')\n"
        "    return 'x'\n"
    )
    trial = finish(trier, ask(as_bob, one(play, text)))
    shown = as_bob.get(page(trial)).content.decode()
    assert "a\N{REPLACEMENT CHARACTER}\N{SYMBOL FOR ESCAPE}[31m€" in shown
    kept = as_bob.get(page(trial) + "out.txt")
    assert kept.content == b"a\xff\x1b[31m\xe2\x82\xac"
    assert kept["Content-Type"].startswith("text/plain")
    assert kept["Content-Disposition"].startswith("attachment")
    assert kept["X-Content-Type-Options"] == "nosniff"


def trials_of(people: Cast, client: Client, rows: int) -> None:
    candidate = CandidateEdit.objects.get(pk=people.project.runs.get().pk * (1 << 32) + 1)
    task = people.project.tasks.get(key="t1")
    for _ in range(rows):
        Trial.objects.create(
            candidate=candidate, task=task, seed=1, person=people.bob, state="done", ended="2026-01-01T00:00Z"
        )


def measurements_of(people: Cast, client: Client, rows: int) -> None:
    play = Play(people.project.runs.get())
    candidate = CandidateEdit.objects.get(pk=play.run.pk * (1 << 32) + 1)
    for repeat in range(rows):
        play.measured(candidate, 1.0, repeat=repeat + 1)


@pytest.mark.parametrize(
    ("url", "grow", "most"),
    [
        (f"{RUN}candidates/1/trials/", trials_of, 10),
        (f"{RUN}candidates/1/trajectories/2/", measurements_of, 12),
    ],
)
def test_fifty_rows_ask_as_often_as_one(
    people: Cast, as_bob: Client, url: str, grow: Callable[[Cast, Client, int], None], most: int
) -> None:
    grown(people.project)
    first = Trajectory.objects.filter(candidate=people.project.runs.get().pk * (1 << 32) + 1).first()
    assert first is not None
    url = url.replace("trajectories/2/", f"trajectories/{first.pk}/")
    grow(people, as_bob, 1)
    as_bob.get(url)
    few = queries(as_bob, url)
    grow(people, as_bob, 50)
    assert queries(as_bob, url) == few <= most


def test_a_look_at_a_running_trial_is_cheap(play: Play, limits: None, as_bob: Client) -> None:
    trial = ask(as_bob, one(play, SLOW))
    assert queries(as_bob, page(trial) + "?region=news", headers={"HX-Request": "true"}) <= 9


def queries(client: Client, url: str, **options: object) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url, **options).status_code == 200
    return len(captured)
