"""A candidate's page: what changed and what it scored, with everything it wrote kept harmless."""

import pytest
from django.test import Client
from factory import SEED_TEXT, Play

from apps.records.models import CandidateEdit, Protocol, Trajectory

CANDIDATE = "/projects/parabola/runs/1/candidates/"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2) hx-get=/sign-out hx-trigger=load>\x1b[31m\u202e\x00"


def page(client: Client, number: int, query: str = "") -> str:
    return client.get(f"{CANDIDATE}{number}/{query}").content.decode()


def test_the_diff_is_against_the_base_parent(as_bob: Client, play: Play) -> None:
    shown = page(as_bob, 2)
    assert "since candidate 1" in shown
    assert "# step 1" in shown
    assert '<tr class="add">' in shown


def test_or_against_the_seed(as_bob: Client, play: Play) -> None:
    shown = page(as_bob, 2, "?against=seed")
    assert "since candidate 0, the seed" in shown
    assert shown.count('<tr class="add">') == 2


def test_the_seed_is_shown_whole(as_bob: Client, play: Play) -> None:
    shown = page(as_bob, 0)
    assert "this is where the run starts" in shown
    assert shown.count('<tr class="add">') == len(SEED_TEXT.splitlines())


def test_parents_have_their_roles(as_bob: Client, play: Play) -> None:
    made = play.candidate("x = 1\n", parents=(1, 2), made_from={"inspirations": [3]})
    shown = page(as_bob, made.number)
    for role in ("base", "crossover", "inspiration"):
        assert role in shown


def test_scores_stand_beside_the_parents(as_bob: Client, play: Play) -> None:
    shown = page(as_bob, 3)
    assert "+1" in shown
    assert "better" in shown


def test_a_failed_task_has_a_label_and_no_score(as_bob: Client, play: Play) -> None:
    made = play.candidate("x = 1\n", parents=(0,))
    play.measured(made, None, failure="timeout", detail="10 s of 10 s")
    shown = page(as_bob, made.number)
    assert "timeout" in shown
    assert "10 s of 10 s" in shown


def test_gate_tasks_are_counted_but_never_shown_one_by_one(as_bob: Client, play: Play) -> None:
    made = play.candidate("x = 1\n", parents=(0,))
    secret = play.measured(made, 0.987654, "g1", output=b'"secret answer"')
    shown = page(as_bob, made.number)
    assert "1 gate task measured" in shown
    assert "g1" not in shown
    assert "secret answer" not in shown
    assert as_bob.get(f"{CANDIDATE}{made.number}/outputs/{secret.pk}").status_code == 404


def test_the_contract_is_shown(as_bob: Client, play: Play) -> None:
    made = play.candidate("x = 1\n", parents=(0,), contract={"hypothesis": "it helps", "at_risk": ["t1", "t2"]})
    shown = page(as_bob, made.number)
    assert "it helps" in shown
    assert "t1, t2" in shown


def test_verdicts_come_in_order_and_say_by_whom(as_bob: Client, play: Play) -> None:
    play.verdict(CandidateEdit.objects.get(score=3.0), "promote", "first, 3.0", "rule:first")
    shown = page(as_bob, 3)
    assert shown.index("better than its parent") < shown.index("first, 3.0")
    assert "rule:first" in shown


def test_hostile_text_stays_text(as_bob: Client, play: Play) -> None:
    made = play.candidate(EVIL + "\n", parents=(0,), operator=EVIL[:60], contract={"hypothesis": EVIL})
    play.measured(made, 1.0, detail=EVIL, feedback=EVIL, metrics={EVIL: 1.0}, output=EVIL.encode())
    play.verdict(made, "hold", EVIL.replace("\x00", ""), "monitor:x")
    shown = page(as_bob, made.number)
    assert "<script>alert" not in shown
    assert "<img" not in shown
    for character in ("\x1b", "\u202e", "\x00"):
        assert character not in shown
    assert "⟨U+202E⟩" in shown
    assert "␛" in shown


def test_hostile_text_stays_text_in_lists_and_gates(as_bob: Client, play: Play) -> None:
    made = play.candidate(EVIL, parents=(0,), operator=EVIL)
    gate = play.held(made)
    for url in (
        "/",
        "/projects/",
        "/projects/parabola/",
        "/projects/parabola/runs/1/",
        "/queue/",
        f"/queue/{gate.pk}/",
    ):
        shown = as_bob.get(url).content.decode()
        assert "<script>alert" not in shown
        assert "<img" not in shown


def test_a_long_change_is_cut_and_can_be_had_whole(as_bob: Client, play: Play) -> None:
    text = "".join(f"line {number}\n" for number in range(3000))
    made = play.candidate(text, parents=(0,))
    short, whole = page(as_bob, made.number), page(as_bob, made.number, "?full=1")
    assert short.count('<tr class="add">') <= 400
    assert "show all" in short
    assert whole.count('<tr class="add">') == 3000


def test_a_change_of_enormous_size_is_not_compared(as_bob: Client, play: Play) -> None:
    made = play.candidate("".join(f"{number}\n" for number in range(100_000)), parents=(0,))
    assert "Too much changed" in page(as_bob, made.number)


def test_a_file_is_a_download_and_nothing_else(as_bob: Client, play: Play) -> None:
    response = as_bob.get(f"{CANDIDATE}0/files/main.py")
    assert response.content.decode() == SEED_TEXT
    assert response["Content-Disposition"] == 'attachment; filename="main.py"'
    assert response["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("path", ["../../etc/passwd", "other.py", "main.py/"])
def test_there_are_no_other_files(as_bob: Client, play: Play, path: str) -> None:
    assert as_bob.get(f"{CANDIDATE}0/files/{path}").status_code == 404


@pytest.mark.parametrize("number", [99, 1 << 33])
def test_a_candidate_that_was_never_born_is_not_found(as_bob: Client, play: Play, number: int) -> None:
    assert as_bob.get(f"{CANDIDATE}{number}/").status_code == 404


def test_scores_under_another_protocol_are_not_mixed_in(as_bob: Client, play: Play) -> None:
    Trajectory.objects.update(protocol=Protocol.objects.create(digest=bytes(32), description=b"{}"))
    assert "Not measured yet." in page(as_bob, 3)
