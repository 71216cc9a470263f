"""The log of a project: every entry in a sentence, filters that lead on, all to take away, verified on request."""

import csv
import json
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.utils import timezone
from factory import Cast, Play, grown, log
from playwright.sync_api import Page, expect
from website import Site, running, sign_in

from apps.common.ids import row_id
from apps.engine.canonical import encode
from apps.log.chain import GENESIS, KINDS, link
from apps.log.models import Event, Verification
from apps.log.reading import WINDOW, Filters, Span, page, span
from apps.projects.models import Membership
from apps.rounds import audit

SWEEP = """
import django; django.setup()
from apps.rounds import audit
audit.start_waiting()
for child in audit._children: child.wait(60)
"""
LOG = "/projects/parabola/log/"


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


def shown(response: Any) -> list[int]:
    """The numbers of the entries on a page."""
    links = re.findall(r'<a href="/projects/parabola/log/(\d+)/">', response.content.decode())
    return [int(number) for number in links]


# ---- what is seen ----


def test_an_empty_log_says_what_will_stand_in_it(people: Cast, as_bob: Client) -> None:
    Event.objects.all().delete()
    assert "Nothing is logged yet." in text(as_bob.get(LOG))


def test_entries_are_sentences_with_links(play: Play, as_bob: Client) -> None:
    seen = as_bob.get(LOG).content.decode()
    link_ = '<a href="/projects/parabola/runs/1/candidates/3/">candidate 3</a>'
    assert f"hill_climb proposed {link_} of" in seen
    assert f"hill_climb kept {link_}" in seen


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_has_a_sentence_whatever_its_body_holds(play: Play, as_bob: Client, kind: str) -> None:
    log(play.project, kind, f"run:{play.run.pk}", odd=[1, {"x": None}])
    assert as_bob.get(f"{LOG}?kind={kind}").status_code == 200
    number = Event.objects.filter(project=play.project.pk).count()
    assert as_bob.get(f"{LOG}{number}/").status_code == 200


def test_an_entry_is_shown_to_the_letter_and_follows_from_the_one_before(play: Play, as_bob: Client) -> None:
    event = Event.objects.get(project=play.project.pk, sequence=3)
    seen = text(as_bob.get(f"{LOG}3/"))
    assert bytes(event.hash).hex() in seen
    assert "Follows from entry 2" in seen
    Event.objects.filter(pk=event.pk).update(actor="person:666")
    assert "does not follow from entry 2" in text(as_bob.get(f"{LOG}3/"))
    Event.objects.filter(project=play.project.pk, sequence=2).delete()
    assert "Entry 2, from which this one should follow, is missing." in text(as_bob.get(f"{LOG}3/"))


def test_who_may_not_see_the_project_sees_no_log(play: Play, as_charlie: Client) -> None:
    for address in (LOG, f"{LOG}1/", f"{LOG}export.csv"):
        assert as_charlie.get(address).status_code == 404
    assert as_charlie.post(f"{LOG}verify").status_code == 404


def test_older_entries_go_on_where_the_page_ends(play: Play, as_bob: Client) -> None:
    for _ in range(60):
        log(play.project, "candidate.proposed", f"candidate:{row_id(play.run.pk, 1)}", candidate=1)
    first = as_bob.get(LOG)
    numbers, before = shown(first), re.search(r"\?before=(\d+)", first.content.decode())
    assert before is not None
    assert numbers == sorted(numbers, reverse=True)
    older = shown(as_bob.get(f"{LOG}?before={before[1]}"))
    assert older[0] == numbers[-1] - 1
    assert older[-1] == 1


# ---- what is asked for ----


def test_filters_narrow_the_list_and_stand_in_the_address(play: Play, as_bob: Client, people: Cast) -> None:
    log(play.project, "latch.set", "latch:1", latch=1)
    assert len(shown(as_bob.get(f"{LOG}?kind=latch.set"))) == 1
    assert len(shown(as_bob.get(f"{LOG}?kind=candidate.proposed"))) == 4
    assert len(shown(as_bob.get(f"{LOG}?subject=candidate:{row_id(play.run.pk, 2)}"))) == 3
    both = f"{LOG}?kind=verdict.given&subject=candidate:{row_id(play.run.pk, 2)}"
    assert len(shown(as_bob.get(both))) == 1
    assert "No such entry." in text(as_bob.get(f"{LOG}?actor=person:{people.alice.pk}"))
    today = timezone.now().date()
    assert len(shown(as_bob.get(f"{LOG}?since={today}&until={today}"))) == Event.objects.count()
    assert shown(as_bob.get(f"{LOG}?until=2001-01-01")) == []


@pytest.mark.parametrize(
    ("words", "leads"),
    [
        ("candidate 2", "subject=candidate%3A{candidate}"),
        ("Candidate 2 of run 1", "subject=candidate%3A{candidate}"),
        ("run 1", "subject=run%3A{run}"),
        ("ALICE", "actor=person%3A{alice}"),
        ("latch.set", "kind=latch.set"),
    ],
)
def test_the_search_box_understands_what_the_log_knows(
    play: Play, people: Cast, as_bob: Client, words: str, leads: str
) -> None:
    known = {"candidate": row_id(play.run.pk, 2), "run": play.run.pk, "alice": people.alice.pk}
    assert as_bob.get(LOG, {"q": words}).headers["Location"] == f"{LOG}?{leads.format(**known)}"


def test_the_search_box_leads_to_an_entry_by_its_number(play: Play, as_bob: Client) -> None:
    assert as_bob.get(LOG, {"q": "#3"}).headers["Location"] == f"{LOG}3/"


@pytest.mark.parametrize("words", ["<b>x", "run 999", "candidate 99999999999", "٣", "run ٣"])
def test_what_the_log_does_not_know_is_said_so(play: Play, as_bob: Client, words: str) -> None:
    assert "cannot be looked up" in text(as_bob.get(LOG, {"q": words}))


@pytest.mark.parametrize(
    "query",
    ["kind=%00", "actor=person:x", "subject=candidate:" + "9" * 40, "since=yesterday", "before=-1", "until=0001-01-01"],
)
def test_senseless_filters_find_nothing_and_break_nothing(play: Play, as_bob: Client, query: str) -> None:
    assert as_bob.get(f"{LOG}?{query}").status_code == 200


def test_what_is_rare_is_found_by_an_index_and_the_rest_within_a_window(play: Play) -> None:
    key = play.project.pk
    rows = [
        Event(
            project=key,
            sequence=100 + number,
            kind="round.ended",
            at=number,
            actor="rule:x",
            subject="run:0",
            body=b"{}",
            hash=b"",
        )
        for number in range(WINDOW + 10)
    ]
    Event.objects.bulk_create(rows)
    everything = Span(1, 100 + len(rows))
    assert [event.sequence for event in page(key, Filters(kind="run.started"), everything, 10).events] == [1]
    near = page(key, Filters(actor="method:hill_climb"), everything, 10)
    assert (near.events, near.looked, near.before) == ([], True, 110)
    assert page(key, Filters(actor="method:hill_climb"), Span(1, 110), 3).events != []


def test_a_moment_is_found_in_a_long_log(people: Cast) -> None:
    key = people.project.pk
    Event.objects.bulk_create(
        Event(
            project=key,
            sequence=number,
            kind="round.ended",
            at=number * 10,
            actor="x",
            subject="run:0",
            body=b"{}",
            hash=b"",
        )
        for number in range(1, 3001)
    )
    assert span(key, Filters(since=20_005, until=25_000), 3000) == Span(2001, 2500)
    assert span(key, Filters(since=0), 3000) == Span(1, 3001)
    assert span(key, Filters(since=99_999), 3000) == Span(3001, 3001)


# ---- what is taken away ----


def exported(client: Client, form: str, query: str = "") -> str:
    response = client.get(f"{LOG}export.{form}{query}")
    assert response.status_code == 200
    return async_to_sync(joined)(response.streaming_content).decode()


async def joined(chunks: Any) -> bytes:
    return b"".join([chunk async for chunk in chunks])


@pytest.fixture
def as_ada(people: Cast) -> Client:
    Membership.objects.filter(user=people.bob).update(role="auditor")
    client = Client()
    client.force_login(people.bob)
    return client


def test_an_exported_log_can_be_checked_by_anybody(play: Play, as_ada: Client) -> None:
    previous = GENESIS
    lines = [json.loads(line) for line in exported(as_ada, "jsonl").splitlines()]
    for line in lines:
        place = (line["project"], line["sequence"], line["at"])
        previous = link(previous, place, (line["kind"], line["actor"], line["subject"]), encode(line["body"]))
        assert previous.hex() == line["hash"]
    assert len(lines) == Event.objects.filter(project=play.project.pk).count()
    rows = list(csv.DictReader(StringIO(exported(as_ada, "csv", "?kind=verdict.given"))))
    assert [row["kind"] for row in rows] == ["verdict.given"] * 4


def test_only_who_may_audit_takes_it_away_or_has_it_verified(play: Play, as_bob: Client) -> None:
    assert as_bob.get(f"{LOG}export.csv").status_code == 403
    assert as_bob.post(f"{LOG}verify").status_code == 403
    seen = as_bob.get(LOG).content.decode()
    assert "Verify" not in re.sub("Verifying", "", seen)
    assert "export" not in seen


# ---- verifying ----


def test_a_verification_is_asked_for_once_and_shown_until_it_ends(play: Play, as_ada: Client) -> None:
    assert "Verify now" in text(as_ada.get(LOG))
    as_ada.post(f"{LOG}verify")
    as_ada.post(f"{LOG}verify")
    job = Verification.objects.get()
    assert "waits for a worker" in text(as_ada.get(LOG))
    Verification.objects.update(
        started=timezone.now(), beat=timezone.now(), total=100, done=40, part="the chain", upto=14
    )
    seen = as_ada.get(LOG).content.decode()
    assert '<progress max="100" value="40"' in seen
    assert "Verify" not in re.sub("Verifying|Verification", "", text(as_ada.get(LOG)))
    long_ago = timezone.now() - audit.SILENCE * 2
    Verification.objects.update(beat=long_ago)
    assert "was interrupted at the chain" in text(as_ada.get(LOG))
    as_ada.post(f"{LOG}verify")
    assert Verification.objects.count() == 2
    job.refresh_from_db()
    assert job.ended is not None


def test_what_does_not_follow_is_named(play: Play, as_ada: Client) -> None:
    Verification.objects.create(
        project=play.project.pk, asked_by="system", started=timezone.now(), ended=timezone.now(), whole=False,
        problems=["entry 3 was <changed>"], upto=14,
    )  # fmt: skip
    assert "entry 3 was &lt;changed&gt;" in as_ada.get(LOG).content.decode()


def test_the_log_page_asks_as_often_for_many_entries_as_for_few(
    people: Cast, as_bob: Client, django_assert_max_num_queries: Any
) -> None:
    play = grown(people.project, candidates=30)
    for _ in range(20):
        play.held(play.candidate(parents=(0,)))
        log(play.project, "verdict.given", f"candidate:{row_id(play.run.pk, 1)}", decision="keep")
    as_bob.get(LOG)  # what a session writes once
    with django_assert_max_num_queries(11):
        as_bob.get(LOG)
    with django_assert_max_num_queries(12):
        as_bob.get(f"{LOG}?kind=gate.opened")


# ---- in a browser ----


@pytest.mark.browser
def test_new_entries_are_announced_and_wait(page: Page, site: Site, errors: list[str]) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}{LOG}")
    rows = page.locator("#entries tbody tr")
    top = rows.first.inner_text()
    expect(page.locator("#live")).to_have_text("live")
    site.play("better")
    expect(page.locator(".arrived")).to_have_text("3 new")
    assert rows.first.inner_text() == top
    page.locator(".arrived").click()
    expect(rows.first).not_to_have_text(top)
    assert errors == []


@pytest.fixture(scope="module")
def bulk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site on what the bulk loader leaves: everything in it follows."""
    home = tmp_path_factory.mktemp("bulk") / "home"
    amounts = ("--candidates=80", "--events=800", "--gates=4", "--answers=8", "--projects=0")
    Site(home, 0).run("-m", "bench.bulk", str(home), *amounts)
    with running(home, home.with_name("site")) as made:
        yield made


@pytest.mark.browser
def test_verify_now_runs_beside_the_page_and_says_what_it_found(page: Page, bulk: Site, errors: list[str]) -> None:
    sign_in(page, bulk, password="bench")
    page.goto(f"{bulk.url}/projects/cart-to-the-mark/log/")
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_text("waits for a worker")).to_be_visible()
    bulk.run("-c", SWEEP)
    expect(page.locator("#verification")).to_contain_text("Everything follows.", timeout=30_000)
    expect(page.locator("#verification")).to_contain_text("verified for alice")
    expect(page.get_by_role("button", name="Verify again")).to_be_visible()
    page.reload()
    expect(page.locator("#entries tbody tr").first).to_contain_text("everything follows")
    assert errors == []
