"""A candidate's page: what changed and what it scored, with everything it wrote kept harmless."""

import re
from datetime import timedelta
from html import unescape
from statistics import mean

import pytest
from django.test import Client
from django.utils import timezone
from factory import SEED_TEXT, Cast, Play

from apps.engine.canonical import digest, encode
from apps.engine.contracts.flips import Flips
from apps.engine.contracts.grading import grade
from apps.engine.contracts.payload import grade_payload
from apps.engine.contracts.turns import FAILED, Observed
from apps.engine.contracts.zero import Zero
from apps.engine.effects import Contract, contract_payload
from apps.oversight.models import Answer, Comment
from apps.projects.models import Project, Task
from apps.records.models import CandidateEdit, Commission, Effect, Protocol, Trajectory

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
    assert ">g1<" not in shown
    assert "secret answer" not in shown
    assert as_bob.get(f"{CANDIDATE}{made.number}/outputs/{secret.pk}").status_code == 404


def test_the_contract_is_shown(as_bob: Client, play: Play) -> None:
    made = play.candidate("x = 1\n", parents=(0,), contract={"hypothesis": "it helps", "at_risk": ["t1", "t2"]})
    shown = page(as_bob, made.number)
    assert "it helps" in shown
    assert "Not graded" in shown
    assert shown.index('class="word">t1</th>') < shown.index('class="word">t2</th>') < shown.index("at risk, although")


def test_what_a_contract_came_to_is_shown_with_each_task_and_why(as_bob: Client, play: Play) -> None:
    stated = Contract("it helps", "", ("t1",), (), {"t1": 0.9})
    made = play.candidate("x = 1\n", parents=(0,), contract=contract_payload(stated))
    flips = Flips()
    flips.add("seed", "t1", 0.0, 0.0, 1.0)
    seen = {"t1": Observed("t1", 0.25, FAILED)}
    kept = encode(grade_payload(grade(stated, seen, Zero(flips, "seed"))))
    CandidateEdit.objects.filter(pk=made.pk).update(graded=kept)
    shown = page(as_bob, made.number)
    assert '<span class="muted">could not be told</span>' in shown
    assert "0 of 1 predicted fixes came" in shown
    assert "times less likely than the A/A rates do" in shown
    assert '<td data-label="Stated chance" class="num">90' in shown
    assert '<td data-label="After" class="num"><span class="failure">failed</span>' in shown


def test_verdicts_come_in_order_and_say_by_whom(as_bob: Client, play: Play) -> None:
    play.verdict(CandidateEdit.objects.get(score=3.0), "promote", "first, 3.0", "rule:first")
    shown = page(as_bob, 3)
    assert shown.index("better than its parent") < shown.index("first, 3.0")
    assert "the rule first" in shown


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


@pytest.mark.parametrize(
    "gap", ["1-2", "-1-2-3", "x-y-z", "0-0-99999999999", "99999-99999-9", "1-2-3-4", "9" * 5_000 + "-1-1"]
)
def test_a_gap_that_is_none_shows_nothing_it_should_not(as_bob: Client, play: Play, gap: str) -> None:
    url = f"{CANDIDATE}2/changes?file=main.py&region=lines&gap={gap}"
    assert as_bob.get(url, headers={"HX-Request": "true"}).status_code == 200


def test_equal_lines_that_are_very_long_come_a_few_at_a_time(as_bob: Client, play: Play) -> None:
    before = "".join(f"{'x' * 1_990} {number}\n" for number in range(300))
    old = play.candidate(before, parents=(0,))
    new = play.candidate("first\n" + before, parents=(old.number,))
    link = re.findall(r'hx-get="([^"]+gap[^"]+)"', page(as_bob, new.number))[0]
    answer = as_bob.get(unescape(link), headers={"HX-Request": "true"}).content.decode()
    assert len(answer) < 40_000
    assert "equal lines" in answer


def test_files_with_the_same_change_have_names_of_their_own(as_bob: Client, play: Play) -> None:
    key = digest(SEED_TEXT.encode()).hex()
    made = play.candidate("x = 1\n", parents=(0,), files={"one.py": key, "two.py": key})
    shown = page(as_bob, made.number)
    anchors = re.findall(r'<details class="file" id="([^"]+)"', shown)
    assert len(anchors) == len(set(anchors)) == 3
    assert all(f'href="#{anchor}"' in shown for anchor in anchors)


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


def test_flips_come_first_and_can_be_had_alone(as_bob: Client, play: Play) -> None:
    old = play.candidate("x = 0\n", parents=(0,))
    new = play.candidate("x = 1\n", parents=(old.number,))
    play.measured(old, 1.0, "t1")
    play.measured(new, 2.0, "t1")
    play.measured(old, None, "t2", failure="timeout")
    play.measured(new, 1.0, "t2")
    shown = page(as_bob, new.number)
    assert shown.index(">t2<") < shown.index(">t1<")
    assert "Fixed 1" in shown
    alone = page(as_bob, new.number, "?tasks=fixed")
    assert ">t2<" in alone
    assert ">t1<" not in alone


def test_repeats_are_counted_and_pooled(as_bob: Client, play: Play) -> None:
    made = play.candidate("x = 1\n", parents=(0,))
    for repeat, score in enumerate((1.0, 2.0)):
        play.measured(made, score, repeat=repeat)
    play.measured(made, None, repeat=2, failure="timeout")
    shown = page(as_bob, made.number)
    assert "1.5" in shown
    assert "3 measurements" in shown
    assert "1 failed" in shown


def test_many_tasks_come_in_pages(as_bob: Client, play: Play) -> None:
    made = play.candidate("x = 1\n", parents=(0,))
    for number in range(120):
        Task.objects.create(
            project=play.project, key=f"more{number}", split="train", input=b"1", expected=b"1", position=number + 9
        )
        play.measured(made, 1.0, f"more{number}")
    seen = [page(as_bob, made.number, f"?after={after}") for after in (0, 50, 100)]
    keys = [key for shown in seen for key in re.findall(r">more(\d+)<", shown)]
    assert keys == [str(number) for number in range(120)]


def test_a_reverted_candidate_says_so_and_by_whom(as_bob: Client, play: Play, people: Cast) -> None:
    bad = CandidateEdit.objects.get(score=2.0)
    play.verdict(bad, "revert", "reads the answers", f"person:{people.alice.pk}")
    shown = plain(page(as_bob, 2))
    assert "Reverted by alice: reads the answers." in shown
    assert "Descends from candidate 2, which was reverted." in plain(page(as_bob, 3))
    assert "reverted" not in plain(page(as_bob, 1)).lower()


def test_a_superseded_candidate_says_so(as_bob: Client, play: Play) -> None:
    play.verdict(CandidateEdit.objects.get(score=3.0), "drop", "superseded by an edit", "person:1")
    assert "into another candidate" in page(as_bob, 3), "the edit waits for its run"
    made = play.candidate("x = 3\n", parents=(2,), made_from={"parents": (2,), "replaces": 3})
    assert f">candidate {made.number}</a>" in page(as_bob, 3)


def test_its_line_and_what_came_of_it_are_shown(as_bob: Client, play: Play) -> None:
    Project.objects.filter(pk=play.project.pk).update(champion=CandidateEdit.objects.get(score=3.0).pk)
    shown = page(as_bob, 1)
    line, children = re.findall(r'class="kin".*?</[ou]l>', shown, re.DOTALL)
    assert re.findall(r"candidates/(\d+)/", line) == ["0", "1"]
    assert re.findall(r"candidates/(\d+)/", children) == ["2"]
    assert "The champion descends from it." in shown


def test_a_very_long_line_shows_both_of_its_ends(as_bob: Client, play: Play) -> None:
    for _ in range(250):
        play.candidate("x = 1\n", parents=(play.born - 1,))
    shown = page(as_bob, play.born - 1)
    line = re.findall(r'class="kin".*?</ol>', shown, re.DOTALL)[0]
    assert "older ancestors" in line
    assert len(re.findall(r"candidates/\d+/", line)) == 11


def test_answers_verdicts_and_comments_are_one_timeline(as_bob: Client, play: Play, people: Cast) -> None:
    made = play.candidate("x = 1\n", parents=(0,))
    gate = Effect.objects.create(
        round=made.round, position=1, kind="propose", state="held after", candidate=made.pk, asked=b"{}"
    )
    Answer.objects.create(
        effect=gate, revision=0, seen=bytes(32), decision="approve", reason="looks right", person=people.bob, key="a",
        ended=timezone.now(), salt=bytes(16),
    )  # fmt: skip
    Answer.objects.update(at=timezone.now() - timedelta(minutes=1))
    play.verdict(made, "keep", "better than its parent")
    as_bob.post(f"{CANDIDATE}{made.number}/comments", {"text": "but slow", "key": "b"})
    shown = plain(page(as_bob, made.number))
    assert shown.index("looks right") < shown.index("better than its parent") < shown.index("but slow")
    assert "Approved" in shown


def test_a_comment_is_made_once_and_leads_back(as_bob: Client, play: Play) -> None:
    sent = {"text": EVIL[:40], "key": "one", "next": "/queue/"}
    for _ in range(2):
        assert as_bob.post(f"{CANDIDATE}2/comments", sent)["Location"] == "/queue/#said"
    assert Comment.objects.count() == 1
    assert "<script>alert" not in page(as_bob, 2)


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_a_comment_never_leads_elsewhere(as_bob: Client, play: Play, back: str) -> None:
    sent = {"text": "fine", "key": "one", "next": back}
    assert as_bob.post(f"{CANDIDATE}2/comments", sent)["Location"] == f"{CANDIDATE}2/#said"


@pytest.mark.parametrize("text", ["  ", "x" * 10_001])
def test_a_comment_that_cannot_be_made_is_kept_to_be_mended(as_bob: Client, play: Play, text: str) -> None:
    response = as_bob.post(f"{CANDIDATE}2/comments", {"text": text, "key": "one"})
    assert response.status_code == 422
    assert Comment.objects.count() == 0
    assert text[:10_000] in response.content.decode()


def test_a_megabyte_of_claims_is_cut(as_bob: Client, play: Play) -> None:
    contract = {"hypothesis": "h" * 1_000_000, "evidence": ["e" * 500_000], "at_risk": ["t" * 1_000] * 1_000}
    made = play.candidate("x = 1\n", parents=(0,), contract=contract, operator="o" * 1_000_000)
    play.measured(made, 1.0, detail="d" * 500_000, feedback="f" * 500_000, metrics={"m" * 1_000: 1.0})
    play.verdict(made, "keep", "w" * 500_000)
    assert len(page(as_bob, made.number)) < 60_000


def test_the_evidence_is_said_in_words(as_bob: Client, play: Play) -> None:
    Project.objects.filter(pk=play.project.pk).update(repeatable=True)
    assert "the difference itself is the evidence" in page(as_bob, 3)


def test_the_best_of_many_comes_with_a_caution(as_bob: Client, play: Play) -> None:
    assert "Chosen as the best of 3 by this score" in page(as_bob, 3)
    assert "Chosen as the best" not in page(as_bob, 2)


def test_where_the_noise_is_known_the_caution_names_the_score_to_expect(as_bob: Client, play: Play) -> None:
    Project.objects.filter(pk=play.project.pk).update(noise=1e9)
    middle = mean(score for score in CandidateEdit.objects.values_list("score", flat=True) if score is not None)
    assert f"measured again, it likely has about {middle:.3g}" in page(as_bob, 3)


def test_scores_stand_beside_what_is_compared_with(as_bob: Client, play: Play) -> None:
    shown = plain(page(as_bob, 3, "?base=seed"))
    assert "beside candidate 0, the seed" in shown
    assert "+3" in shown


def test_what_the_run_was_asked_to_do_with_it_is_told_with_its_receipt(as_bob: Client, play: Play) -> None:
    made = CandidateEdit.objects.filter(run=play.run).latest("pk")
    asked = {"kind": "grow", "candidate": made.pk, "asked": b'{"hint":"smaller"}', "by": "person:2", "salt": b""}
    Commission.objects.create(run=play.run, served=made.round_id, receipt="not read", **asked)
    page = as_bob.get(f"/projects/parabola/runs/1/candidates/{made.number}/").content.decode()
    assert "The run was asked to grow from it once more; the hint was not read" in page


def test_only_long_diffs_may_be_left_out_by_the_browser_which_guesses_how_tall_they_are(
    as_bob: Client, play: Play
) -> None:
    short = play.candidate("x = 1\n" * 20, parents=(0,))
    long = play.candidate("x = 1\n" * 300, parents=(0,))
    for made, tall in ((short, False), (long, True)):
        page = as_bob.get(f"/projects/parabola/runs/1/candidates/{made.number}/").content.decode()
        assert ('class="chunk tall"' in page) is tall
        assert 'class="chunk' in page
