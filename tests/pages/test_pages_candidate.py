"""A candidate's page: what changed and what it scored, with everything it wrote kept harmless."""

import re
from html import unescape

import pytest
from django.test import Client
from factory import SEED_TEXT, Play

from apps.projects.models import Project
from apps.records.models import CandidateEdit, Protocol, Trajectory

CANDIDATE = "/projects/parabola/runs/1/candidates/"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2) hx-get=/sign-out hx-trigger=load>\x1b[31m\u202e\x00"


def page(client: Client, number: int, query: str = "") -> str:
    return client.get(f"{CANDIDATE}{number}/{query}").content.decode()


def added(shown: str) -> int:
    return shown.count('<tr class="add"')


def plain(shown: str) -> str:
    """What is written on a page."""
    return unescape(re.sub(r"<[^>]*>", "", shown))


def test_the_diff_is_against_the_base_parent(as_bob: Client, play: Play) -> None:
    shown = page(as_bob, 2)
    assert "since candidate 1" in shown
    assert "# step 1" in shown
    assert added(shown) == 1


def test_or_against_the_seed(as_bob: Client, play: Play) -> None:
    shown = page(as_bob, 2, "?base=seed")
    assert "since candidate 0, the seed" in shown
    assert added(shown) == 2


def test_the_seed_is_shown_whole(as_bob: Client, play: Play) -> None:
    shown = page(as_bob, 0)
    assert "this is where the run starts" in shown
    assert added(shown) == len(SEED_TEXT.splitlines())


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


def rows(shown: str) -> int:
    return len(re.findall(r'<tr class="(?:add|drop|same|change)"', shown))


def test_a_long_change_comes_in_parts_and_each_line_in_one_of_them(as_bob: Client, play: Play) -> None:
    text = "".join(f"line {number} of many\n" for number in range(3000))
    made = play.candidate(text, parents=(0,))
    shown = page(as_bob, made.number)
    seen = [shown]
    while more := re.search(r'class="rest more" hx-get="([^"]+)"', seen[-1]):
        response = as_bob.get(unescape(more[1]), headers={"HX-Request": "true"})
        assert "<html" not in response.content.decode()
        seen.append(response.content.decode())
    assert max(map(rows, seen)) <= 400
    assert [int(number) for part in seen for number in re.findall(r"line (\d+) of many", plain(part))] == [*range(3000)]


def test_without_script_the_next_part_is_a_page(as_bob: Client, play: Play) -> None:
    made = play.candidate("".join(f"line {number}\n" for number in range(3000)), parents=(0,))
    link = re.search(r'class="rest more".*?<a href="([^"]+)">', page(as_bob, made.number))
    assert link
    shown = as_bob.get(unescape(link[1])).content.decode()
    assert "<html" in shown
    assert "line 2999" not in shown
    assert 0 < rows(shown) <= 400


@pytest.mark.parametrize("view", ["unified", "split"])
def test_equal_lines_left_out_can_be_had_in_their_place(as_bob: Client, play: Play, view: str) -> None:
    before = "".join(f"line {number}\n" for number in range(2000))
    old = play.candidate(before, parents=(0,))
    new = play.candidate(before.replace("line 7\n", "seven\n"), parents=(old.number,))
    seen = page(as_bob, new.number, f"?view={view}")
    assert "1989 equal lines" in seen
    for _ in range(5):
        links = re.findall(r'hx-get="([^"]+gap[^"]+)"', seen)
        seen += as_bob.get(unescape(links[-1]), headers={"HX-Request": "true"}).content.decode()
    assert "line 1999" in plain(seen)


@pytest.mark.parametrize("gap", ["1-2", "-1-2-3", "x-y-z", "0-0-99999999999", "99999-99999-9", "1-2-3-4"])
def test_a_gap_that_is_none_shows_nothing_it_should_not(as_bob: Client, play: Play, gap: str) -> None:
    url = f"{CANDIDATE}2/changes?file=main.py&region=lines&gap={gap}"
    assert as_bob.get(url, headers={"HX-Request": "true"}).status_code == 200


def test_a_file_that_did_not_change_has_no_page_of_changes(as_bob: Client, play: Play) -> None:
    assert as_bob.get(f"{CANDIDATE}2/changes?file=other.py").status_code == 404


def test_the_view_is_remembered_by_the_browser(as_bob: Client, play: Play) -> None:
    assert 'class="diff unified"' in page(as_bob, 2)
    assert 'class="diff split"' in page(as_bob, 2, "?view=split")
    assert 'class="diff split"' in page(as_bob, 3)
    assert 'class="diff unified"' in page(as_bob, 3, "?view=unified")


@pytest.mark.parametrize("query", ["?view=diagonal", "?space=<b>", "?base=nobody", "?lines=none", "?base=" + "9" * 400])
def test_a_choice_that_is_none_is_the_usual_one(as_bob: Client, play: Play, query: str) -> None:
    assert 'class="diff unified"' in page(as_bob, 2, query)


def test_white_space_can_be_left_out(as_bob: Client, play: Play) -> None:
    old = play.candidate("if x:\n  y\n", parents=(0,))
    new = play.candidate("if x:\n    y\n", parents=(old.number,))
    assert rows(page(as_bob, new.number)) == 3
    assert "Only white space changed" in page(as_bob, new.number, "?space=ignored")


def test_every_parent_and_the_champion_can_be_compared_with(as_bob: Client, play: Play) -> None:
    made = play.candidate("x = 1\n", parents=(1, 2), made_from={"inspirations": [3]})
    Project.objects.filter(pk=play.project.pk).update(champion=CandidateEdit.objects.get(score=3.0).pk)
    shown = page(as_bob, made.number)
    for value in ("parent", "seed", "champion", "2"):
        assert f'<option value="{value}"' in shown
    assert "since candidate 2, crossover" in page(as_bob, made.number, "?base=2")
    assert "since candidate 3, the champion" in page(as_bob, made.number, "?base=champion")


def test_changed_words_are_marked(as_bob: Client, play: Play) -> None:
    old = play.candidate("answer = compute(alpha, 10)\n", parents=(0,))
    new = play.candidate("answer = compute(beta, 10)\n", parents=(old.number,))
    shown = page(as_bob, new.number)
    assert "<mark>alpha</mark>" in shown
    assert "<mark>beta</mark>" in shown


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000, "a\n" * 100_000, "\x00\x1b\u202e\u2066\ufeff\r\n" * 50, "no end", "", "\n" * 5000,
        "\"" * 50_000 + "\n (",
    ],
    ids=["one megabyte in a line", "100,000 lines", "controls", "no end", "empty", "blank", "quotes"],
)  # fmt: skip
@pytest.mark.parametrize("view", ["unified", "split"])
def test_no_text_is_too_hostile_for_the_page(as_bob: Client, play: Play, text: str, view: str) -> None:
    made = play.candidate(text, parents=(0,))
    response = as_bob.get(f"{CANDIDATE}{made.number}/?view={view}")
    assert response.status_code == 200
    assert len(response.content) < 200_000
    assert not set("\x00\x1b\u202e\u2066\ufeff\r") & set(response.content.decode())


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
