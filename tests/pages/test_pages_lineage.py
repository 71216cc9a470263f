"""The lineage of a run: what is drawn of it, the tree that needs no script, and the graph under somebody's hands."""

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from factory import Cast, Play, grown
from playwright.sync_api import Browser, Page, expect
from website import Site, running, sign_in

from apps.lineage.graph import drawing
from apps.records.ancestry import ancestry
from apps.records.models import CandidateEdit

LINEAGE = "/projects/parabola/runs/1/lineage/"
BULK = "/projects/cart-to-the-mark/runs/5/lineage/"


def arrays(client: Client, query: str = "") -> dict[str, Any]:
    return dict(client.get(f"{LINEAGE}data{query}").json())


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# ---- what is drawn ----


def test_the_arrays_hold_each_candidate_once(play: Play, as_bob: Client) -> None:
    made = play.candidate("x = 1\n", parents=(1, 2))
    play.measured(made, None, failure="timeout")
    play.verdict(made, "drop")
    play.candidate("x = 2\n", parents=(3,))
    drawn = arrays(as_bob)
    assert drawn["numbers"] == [0, 1, 1, 1, 1, 1]
    assert drawn["base"] == [0, 1, 1, 1, 3, 2]
    assert drawn["state"] == "kkkkfo"
    assert drawn["score"][0] < drawn["score"][3]
    assert drawn["score"][4:] == [-1, -1]
    assert drawn["path"] == [3, 2, 1, 0]
    assert (drawn["best"], drawn["last"]) == (3, 5)


def test_champions_are_those_that_were_promoted(play: Play, as_bob: Client) -> None:
    second = CandidateEdit.objects.get(pk=play.run.pk * (1 << 32) + 2)
    play.verdict(second, "promote")
    assert arrays(as_bob)["champions"] == [2]


def test_filters_draw_a_part(play: Play, as_bob: Client) -> None:
    made = play.candidate("x = 1\n", parents=(1,))
    play.measured(made, None, failure="timeout")
    assert arrays(as_bob, "?only=failed")["numbers"] == [4]
    assert arrays(as_bob, "?only=kept")["numbers"] == [0, 1, 1, 1]
    assert as_bob.get(f"{LINEAGE}data?only=nice").status_code == 404


def test_a_large_run_is_thinned_but_for_what_matters(
    play: Play, as_bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(60):
        play.measured(made := play.candidate(f"x = {number}\n", parents=(0,)), -1.0)
        play.verdict(made, "drop")
    monkeypatch.setattr(drawing, "WHOLE", 20)
    monkeypatch.setattr(drawing, "THINNED", 20)
    drawn = arrays(as_bob)
    assert len(drawn["numbers"]) <= 24
    numbers = {sum(drawn["numbers"][: at + 1]) for at in range(len(drawn["numbers"]))}
    assert numbers >= {0, 1, 2, 3}


def test_what_did_not_change_is_not_sent_again(play: Play, as_bob: Client) -> None:
    tag = as_bob.get(f"{LINEAGE}data").headers["ETag"]
    assert as_bob.get(f"{LINEAGE}data", headers={"If-None-Match": tag}).status_code == 304
    play.candidate("x = 1\n", parents=(0,))
    assert as_bob.get(f"{LINEAGE}data", headers={"If-None-Match": tag}).status_code == 200


def test_the_arrays_travel_packed(play: Play, as_bob: Client) -> None:
    packed = as_bob.get(f"{LINEAGE}data", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.content)) == arrays(as_bob)


def test_who_may_not_see_the_project_sees_no_lineage(play: Play, as_charlie: Client) -> None:
    assert as_charlie.get(LINEAGE).status_code == 404
    assert as_charlie.get(f"{LINEAGE}data").status_code == 404


def test_a_chain_that_was_tampered_into_a_ring_ends(play: Play) -> None:
    key = play.run.pk * (1 << 32)
    CandidateEdit.objects.filter(pk=key).update(base=key + 3)
    assert ancestry(key + 3) == [3, 2, 1, 0]


# ---- the tree ----


def test_a_project_leads_to_the_lineage_of_its_latest_run(people: Cast, as_bob: Client) -> None:
    latest = "/projects/parabola/lineage/"
    assert latest in as_bob.get("/projects/parabola/log/").content.decode()
    assert as_bob.get(latest).headers["Location"] == "/projects/parabola/"
    grown(people.project)
    assert as_bob.get(latest).headers["Location"] == LINEAGE


def test_a_run_without_candidates_says_what_comes(people: Cast, as_bob: Client) -> None:
    Play.begin(people.project)
    assert "Nothing was born yet." in text(as_bob.get(LINEAGE))
    assert arrays(as_bob)["numbers"] == []


def test_a_run_with_only_its_seed_shows_it(people: Cast, as_bob: Client) -> None:
    play = Play.begin(people.project)
    play.candidate()
    assert "so there is no best one" in text(as_bob.get(LINEAGE))
    assert arrays(as_bob)["state"] == "o"


def test_the_tree_leads_from_the_best_to_the_seed_and_to_children(play: Play, as_bob: Client) -> None:
    page = as_bob.get(LINEAGE).content.decode()
    assert re.findall(r'candidates/(\d)/">\d</a> <span class="verdict', page) == ["3", "2", "1", "0"]
    assert "Made from candidate 1" in text(as_bob.get(f"{LINEAGE}?of=1"))
    alone = as_bob.get(f"{LINEAGE}?region=children&of=1", headers={"HX-Request": "true"}).content.decode()
    assert re.findall(r'candidates/(\d)/">', alone) == ["2"]


def test_many_children_and_a_long_path_go_on(people: Cast, as_bob: Client) -> None:
    play = grown(people.project, candidates=25)
    for number in range(25):
        play.candidate(f"x = {number}\n", parents=(0,))
    page = as_bob.get(f"{LINEAGE}?of=0").content.decode()
    assert "?before=6" in page
    assert "?of=0&amp;after=44" in page
    assert "?before=" not in as_bob.get(f"{LINEAGE}?before=6").content.decode()
    assert "after=" not in as_bob.get(f"{LINEAGE}?of=0&after=44").content.decode()


@pytest.mark.parametrize("query", ["candidate=99", f"candidate={1 << 40}", "of=99", "before=0", "after=7"])
def test_senseless_places_are_no_errors(play: Play, as_bob: Client, query: str) -> None:
    assert as_bob.get(f"{LINEAGE}?{query}").status_code == 200


def test_the_lineage_asks_as_often_for_many_as_for_few(people: Cast, as_bob: Client) -> None:
    def queries(address: str) -> int:
        as_bob.get(address)
        with CaptureQueriesContext(connection) as captured:
            as_bob.get(address)
        return len(captured)

    play = grown(people.project)
    few = [queries(f"{LINEAGE}?candidate=1"), queries(f"{LINEAGE}data")]
    for number in range(30):
        play.measured(play.candidate(f"x = {number}\n", parents=(1, 2)), 0.5)
    assert [queries(f"{LINEAGE}?candidate=1"), queries(f"{LINEAGE}data")] == few
    assert max(few) <= 12


# ---- in a browser ----


@pytest.fixture(scope="module")
def bulk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a run of 270 candidates, as the bulk loader leaves it."""
    home = tmp_path_factory.mktemp("bulk") / "home"
    amounts = ("--candidates=300", "--events=2400", "--gates=4", "--answers=8", "--projects=0")
    Site(home, 0).run("-m", "bench.bulk", str(home), *amounts)
    with running(home, home.with_name("site")) as made:
        yield made


@pytest.mark.browser
def test_the_graph_is_walked_by_keyboard(page: Page, bulk: Site, errors: list[str]) -> None:
    sign_in(page, bulk, password="bench")
    page.goto(f"{bulk.url}{BULK}")
    surface = page.get_by_role("application")
    surface.focus()
    said = page.locator(".lineage [role=status]")
    page.keyboard.press("Home")
    expect(said).to_contain_text("Candidate 0")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("Candidate 1")
    page.keyboard.press("ArrowUp")
    expect(said).to_contain_text("Candidate 0")
    page.keyboard.press("ArrowDown")
    expect(said).not_to_contain_text("Candidate 0 ")
    expect(said).to_contain_text("from 0")
    page.keyboard.press("End")
    expect(said).to_contain_text("best")
    expect(page).to_have_url(re.compile(r"candidate=\d+"))
    page.keyboard.press("+")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/candidates/\d+/"))
    assert errors == []


@pytest.mark.browser
def test_a_click_on_a_mark_selects_it(page: Page, bulk: Site) -> None:
    sign_in(page, bulk, password="bench")
    page.goto(f"{bulk.url}{BULK}?candidate=0")
    page.get_by_role("application").scroll_into_view_if_needed()
    box = page.locator(".lineage canvas").bounding_box()
    assert box is not None
    drawn = page.evaluate("address => fetch(address).then(answer => answer.json())", f"{BULK}data")
    last, height = len(drawn["numbers"]) - 1, drawn["score"]
    at = max(number for number in range(last) if height[number] > 0)
    across = 56 + (box["width"] - 68) * at / drawn["last"]
    down = 12 + (box["height"] - 46 - 18) * (1 - height[at] / 4095)
    page.mouse.click(box["x"] + across, box["y"] + down)
    expect(page).not_to_have_url(re.compile("candidate=0$"))
    expect(page.locator("#selected h2")).to_contain_text("Candidate")


@pytest.mark.browser
def test_without_script_the_chart_and_the_tree_remain(browser: Browser, bulk: Site) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, bulk, password="bench")
    page.goto(f"{bulk.url}{BULK}")
    expect(page.locator(".still svg.plot")).to_be_visible()
    expect(page.get_by_role("application")).to_be_hidden()
    page.locator(".tree summary").first.click()
    page.get_by_role("link", name="Show what was made from it").first.click()
    expect(page.get_by_role("heading", name="Made from candidate")).to_be_visible()
