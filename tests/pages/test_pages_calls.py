"""The ledger of a run and its calls as pages: exact prompts, inert whatever they hold; nothing of hidden tasks."""

import modelled
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from factory import Cast, Play, grown

from apps.llm.models import Call, LanguageModel
from apps.llm.money import UNIT

RUN = "/projects/parabola/runs/1/"
EVIL = '<script>alert(1)</script><b hx-get="/queue/" hx-trigger="load">bold</b>\x1b[31m'


@pytest.fixture
def haiku(play: Play) -> LanguageModel:
    made = modelled.model("haiku")
    modelled.asks(play, "haiku")
    return made


def shown(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def rows(client: Client, query: str = "") -> int:
    return shown(client, f"{RUN}calls/{query}").count(f'href="{RUN}calls/')


def test_a_run_without_models_says_so_and_has_no_tab(as_bob: Client, play: Play) -> None:
    assert "This run asks no model" in shown(as_bob, RUN + "calls/")
    assert f'href="{RUN}calls/"' not in shown(as_bob, RUN)


def test_calls_are_found_by_role_model_and_state(as_bob: Client, play: Play, haiku: LanguageModel) -> None:
    opus = modelled.model("opus")
    modelled.call(haiku, play.run)
    modelled.call(haiku, play.run, role="judge")
    modelled.call(opus, play.run, state="lost")
    for query, found in (("role=judge", 1), ("model=haiku", 2), ("state=lost", 1), ("model=haiku&state=lost", 0)):
        page = shown(as_bob, f"{RUN}calls/?{query}")
        assert page.count('<th scope="row"><a href="/projects/parabola/runs/1/calls/') == found, query
    assert "No such call" in shown(as_bob, RUN + "calls/?model=nobody")


def test_many_calls_come_page_by_page_and_each_once(as_bob: Client, play: Play, haiku: LanguageModel) -> None:
    modelled.many(play, [haiku], 120)
    seen, address = [], RUN + "calls/"
    while address:
        page = as_bob.get(address).context["page"]
        seen += [row.call.pk for row in page.rows]
        address = f"{RUN}calls/?before={page.more}" if page.more else ""
    assert seen == sorted(Call.objects.values_list("pk", flat=True), reverse=True)


def test_the_ledger_asks_as_often_for_ten_thousand_calls_as_for_one(
    as_bob: Client, play: Play, haiku: LanguageModel
) -> None:
    modelled.many(play, [haiku], 1)
    few = queries(as_bob, RUN + "calls/")
    modelled.many(play, [haiku], 10_000)
    assert queries(as_bob, RUN + "calls/") == few <= 12
    assert queries(as_bob, RUN + "calls/?state=lost&role=judge") <= 12
    assert queries(as_bob, "/models/") <= 12


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_a_call_shows_its_exact_prompt_with_what_was_cut_and_the_hints(
    as_bob: Client, play: Play, haiku: LanguageModel
) -> None:
    asked = modelled.prompt("Improve " + EVIL, "Be " + EVIL, ["use " + EVIL])
    call = modelled.call(haiku, play.run, prompt=asked, reply=("Here: " + EVIL).encode())
    page = shown(as_bob, f"{RUN}calls/{call.pk}/")
    for beginning in ("Improve ", "Be ", "use ", "Here: "):
        assert beginning + "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "<b hx-get" not in page
    assert 'inspirations</th><td class="num">3,200</td><td class="num">900' in page
    assert "2,000<small>tokens, 800 from the cache" in page


def test_a_long_reply_is_bounded_until_somebody_asks_for_all(as_bob: Client, play: Play, haiku: LanguageModel) -> None:
    call = modelled.call(haiku, play.run, reply=b"x" * 3_000_000)
    page = f"{RUN}calls/{call.pk}/"
    assert len(as_bob.get(page).content) < 60_000
    assert "2,980,000 more characters" in shown(as_bob, page)
    assert "2,000,000 more characters" in shown(as_bob, page + "?show=all")
    download = as_bob.get(page + "reply.txt")
    assert download["Content-Type"].startswith("text/plain")
    assert "attachment" in download["Content-Disposition"]
    assert len(download.content) == 3_000_000


@pytest.mark.parametrize("split", ["gate", "sealed", "canary"])
def test_what_is_asked_on_hidden_tasks_is_shown_to_nobody(
    as_alice: Client, play: Play, haiku: LanguageModel, split: str
) -> None:
    play.project.tasks.filter(key="g1").update(split=split, key="a hidden task")  # no two letters, as tokens have too
    task = play.project.tasks.get(key="a hidden task").pk
    call = modelled.call(
        haiku, play.run, task=task, candidate=play.run.pk * 2**32 + 1, prompt=modelled.prompt("the secret question")
    )
    page = shown(as_alice, f"{RUN}calls/{call.pk}/")
    assert f"answered on {split} tasks is shown to nobody" in page
    assert "secret question" not in page
    assert "a hidden task" not in page
    assert as_alice.get(f"{RUN}calls/{call.pk}/prompt.txt").status_code == 404
    assert "a hidden task" not in shown(as_alice, RUN + "calls/")


def test_a_call_of_another_run_is_not_found_under_this_one(as_bob: Client, play: Play, haiku: LanguageModel) -> None:
    other = grown(play.project, 0)
    call = modelled.call(haiku, other.run)
    assert as_bob.get(f"{RUN}calls/{call.pk}/").status_code == 404


def test_the_candidate_s_page_shows_what_was_asked_so_that_it_was_made(
    as_bob: Client, play: Play, haiku: LanguageModel, people: Cast
) -> None:
    first, second = (modelled.call(haiku, play.run, prompt=modelled.prompt(f"question {n}")) for n in (1, 2))
    made = play.candidate("asked = True\n", parents=(0,))
    modelled.led_to(made, first, second)
    other = play.candidate("asked = False\n", parents=(0,))
    page = shown(as_bob, f"{RUN}candidates/{made.number}/")
    assert "2 calls, 4,800 tokens, cost 0.0060" in page
    assert "question 2" in page
    assert f'href="{RUN}calls/{first.pk}/"' in page
    assert "question 2" not in shown(as_bob, f"{RUN}candidates/{other.number}/")
    assert f"candidate {made.number}</a>" in shown(as_bob, f"{RUN}calls/{second.pk}/")


def test_the_gate_of_a_proposal_shows_what_the_model_said_and_was_asked(
    as_bob: Client, play: Play, haiku: LanguageModel
) -> None:
    made = play.candidate("asked = True\n", parents=(0,))
    own = play.held(made)
    assert "said and was asked" not in shown(as_bob, f"/queue/{own.pk}/")
    asked = modelled.call(haiku, play.run, prompt=modelled.prompt(f"question {EVIL}"), reply=EVIL.encode())
    modelled.led_to(made, asked)
    page = shown(as_bob, f"/queue/{own.pk}/")
    assert "What haiku said and was asked" in page
    assert "question &lt;script&gt;" in page
    assert EVIL not in page
    assert page.index("What haiku said") < page.index("Scores by task")


def test_failed_and_lost_calls_say_what_that_means(as_bob: Client, play: Play, haiku: LanguageModel) -> None:
    failed = modelled.call(haiku, play.run, state="failed", status=429, blame="again", detail=EVIL)
    page = shown(as_bob, f"{RUN}calls/{failed.pk}/")
    assert "429 too many requests. The same call may succeed later" in page
    assert "<script>alert" not in page
    lost = modelled.call(haiku, play.run, state="lost", tokens_reserved=9_000, money_reserved=UNIT // 100)
    page = shown(as_bob, f"{RUN}calls/{lost.pk}/")
    assert "budgets count the 9,000 tokens, 0.0100, that it can have taken at most" in page
    ledger = shown(as_bob, RUN + "calls/")
    assert "and up to 0.0100 of lost calls" in ledger
    assert "and up to 9,000 of lost calls" in ledger


def test_of_many_shares_those_that_took_most_are_open_and_the_rest_folded(as_bob: Client, play: Play) -> None:
    haiku = modelled.model("haiku")
    modelled.asks(play, "haiku")
    for cost, role in enumerate(("mutate", "judge", "reflect", "repair", "novelty"), 1):
        modelled.call(haiku, play.run, role=role, cost=cost * 1_000_000_000)
    first, _, folded = shown(as_bob, RUN + "calls/").partition("<summary>2 more by role and model</summary>")
    assert first.index("?role=novelty") < first.index("?role=repair") < first.index("?role=reflect")
    assert "?role=mutate" in folded
    assert "?role=mutate" not in first


def test_a_question_whether_an_edit_is_new_is_not_what_made_it(
    as_bob: Client, play: Play, haiku: LanguageModel
) -> None:
    wrote = modelled.call(haiku, play.run, reply=b"the edit itself")
    asked = modelled.call(haiku, play.run, role="novelty", reply=b"NOVEL, I think")
    made = play.candidate("asked = True\n", parents=(0,))
    modelled.led_to(made, wrote, asked)
    page = shown(as_bob, f"{RUN}candidates/{made.number}/")
    assert "2 calls" in page
    assert "the edit itself" in page
    assert "NOVEL, I think" not in page
