"""What goes wrong around people: old tabs, second clicks, lost connections, killed machines."""

import hashlib
import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocket, expect

from tests.journeys.system import (
    CART,
    PARABOLA,
    System,
    abort,
    browser_of,
    gates,
    join,
    link_for,
    log,
    measured,
    note,
    sign_in,
    started,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_old_tabs_second_clicks_and_the_back_button_lose_nothing_and_do_nothing_twice(
    admin: Page, reviewer: Page, rita: BrowserContext
) -> None:
    run = started(admin, PARABOLA)
    first, second, third = gates(admin, run, 3)
    old = rita.new_page()
    old.goto(first)
    old.get_by_label("Reason", exact=True).fill("I forgot this tab")

    with reviewer.expect_response(f"**{second}") as ahead:
        reviewer.goto(first)
    ahead.value.finished()
    reviewer.get_by_role("button", name="Approve").click()
    expect(note(reviewer, "Approved:")).to_be_visible()
    reviewer.get_by_role("button", name="Approve").hover()
    reviewer.mouse.down(click_count=2)  # the second click of the same double click meets the next gate
    reviewer.mouse.up(click_count=2)

    expect(measured(admin)).to_have_attribute("value", "1")
    old.get_by_role("button", name="Reject").click()
    expect(note(old, "This gate is closed")).to_have_count(2)
    expect(old.get_by_label("What you typed")).to_have_value("I forgot this tab")
    old.close()

    reviewer.go_back()
    expect(note(reviewer, "This gate is closed")).to_be_visible()
    expect(reviewer.locator("main")).to_contain_text("rita approve")
    assert decisions(admin) == ["approve"]
    reviewer.goto(third)
    reviewer.get_by_role("button", name="Approve").dblclick()
    expect(note(reviewer, "Approved:")).to_be_visible()
    expect(measured(admin)).to_have_attribute("value", "2")
    assert decisions(admin) == ["approve", "approve"]
    reviewer.goto(second)
    expect(reviewer.get_by_role("button", name="Approve")).to_be_visible()
    abort(admin, run)


def test_an_answer_after_signing_out_is_refused_and_what_was_typed_is_sent_after_signing_in_again(
    browser: Browser, system: System, admin: Page, rita: BrowserContext
) -> None:
    run = started(admin, PARABOLA)
    gate = gates(admin, run, 1)[0]
    context = browser_of(browser, system)
    page, other = context.new_page(), context.new_page()
    sign_in(page, system, "rita")
    page.goto(gate)
    page.get_by_label("Reason", exact=True).fill("it moves only the wind")
    other.goto("/")
    other.get_by_role("button", name="rita").click()
    other.get_by_role("button", name="Sign out").click()
    expect(page.locator("#live")).to_have_text("signed out")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("alert")).to_contain_text("signed out")
    expect(page.get_by_label("Reason", exact=True)).to_have_value("it moves only the wind")
    sign_in(other, system, "rita")
    page.get_by_role("button", name="Reject").click()
    expect(note(page, "Rejected:")).to_be_visible()
    assert decisions(admin) == ["reject"]
    abort(admin, run)


def decisions(page: Page) -> list[str]:
    """What was answered in the latest run of the parabola."""
    said = log(page, PARABOLA)
    begun = max(at for at, entry in enumerate(said) if entry["kind"] == "run.started")
    return [entry["body"]["decision"] for entry in said[begun:] if entry["kind"] == "answer.given"]


def test_a_page_that_was_offline_catches_up_in_two_seconds_and_an_auditor_finds_no_gap_and_no_duplicate(
    browser: Browser, system: System, admin: Page
) -> None:
    link = link_for(admin, CART, "auditor")
    context = browser_of(browser, system)
    page = context.new_page()
    join(page, link, "vera")
    run = started(admin, CART, "full-auto", candidates=100_000)
    heard: list[dict[str, Any]] = []
    page.on("websocket", lambda socket: listen(socket, heard))
    page.goto(run)
    expect(measured(page)).not_to_have_attribute("value", "0")
    expect(page.locator("#live")).to_have_text("live")

    context.set_offline(True)
    expect(page.locator("#live")).to_have_text(re.compile("reconnecting|stale"))
    for _ in range(3):
        expect(measured(admin)).not_to_have_attribute("value", measured(admin).get_attribute("value") or "")
    abort(admin, run)
    end = measured(admin).get_attribute("value") or ""
    assert int(measured(page).get_attribute("value") or 0) < int(end)
    context.set_offline(False)
    expect(measured(page)).to_have_attribute("value", end)
    expect(page.locator("#state .state")).to_have_text("aborted")
    shown = page.locator("#candidates tbody th").all_inner_texts()
    told = [said for said in heard if "sequence" in said]

    page.goto(f"/projects/{CART}/log/")
    page.get_by_role("button", name="Verify now").click()
    expect(page.locator("#verification")).to_contain_text("Everything follows.")
    with page.expect_download() as took:
        page.get_by_role("link", name="JSON lines").click()
    entries = [json.loads(line) for line in took.value.path().read_text().splitlines()]
    assert_whole(entries)
    ended = [entry["sequence"] for entry in entries if entry["kind"] == "run.ended"]
    assert max(said["sequence"] for said in told) == ended[-1]
    hints = [said["sequence"] for said in told if said["topics"]]
    assert hints == sorted(set(hints)), "nothing was hinted twice or out of order"
    begun = max(at for at, entry in enumerate(entries) if entry["kind"] == "run.started")
    born = [entry["body"]["candidate"] for entry in entries[begun:] if entry["kind"] == "candidate.proposed"]
    assert shown == [str(number) for number in born[::-1][: len(shown)]]


def listen(socket: WebSocket, heard: list[dict[str, Any]]) -> None:
    """Keep everything that a page's socket is told."""
    socket.on("framereceived", lambda frame: heard.append(json.loads(frame)))


def assert_whole(entries: list[dict[str, Any]]) -> None:
    """An exported log is without a gap, and each entry's hash follows from the one before."""
    assert [entry["sequence"] for entry in entries] == list(range(1, len(entries) + 1))
    previous = bytes(32)
    for entry in entries:
        head = [1, *(entry[name] for name in ("project", "sequence", "at", "kind", "actor", "subject"))]
        told = previous + canonical(head) + canonical(entry["body"])
        previous = hashlib.sha256(told).digest()
        assert entry["hash"] == previous.hex()


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_a_system_that_is_killed_in_the_middle_comes_back_with_everything_as_it_was(
    system: System, admin: Page, reviewer: Page
) -> None:
    held = started(admin, PARABOLA)
    gate = gates(admin, held, 2)[0]
    reviewer.goto(gate)
    reviewer.get_by_role("button", name="Claim").click()
    expect(note(reviewer, "Yours until")).to_be_visible()
    run = started(admin, PARABOLA, "full-auto", candidates=300)
    expect(measured(admin)).not_to_have_attribute("value", "0")
    reviewer.goto(f"/queue/?project={PARABOLA}")
    queue = reviewer.locator("#gates tbody th").all_inner_texts()
    assert len(queue) >= 2

    before = log(admin, PARABOLA)

    system.kill()
    expect(admin.locator("#live")).to_have_text("reconnecting")
    system.start()
    expect(admin.locator("#live")).to_have_text("live")
    expect(admin.locator("#state .state")).to_have_text("finished", timeout=60_000)
    expect(measured(admin)).to_have_attribute("value", "300")
    reviewer.reload()
    assert reviewer.locator("#gates tbody th").all_inner_texts() == queue
    row = reviewer.locator("tr", has=reviewer.locator(f"a[href='{gate}']"))
    expect(row.locator(".chip")).to_have_text("you")
    reviewer.goto(gate)
    expect(reviewer.locator("#standing")).to_contain_text("You hold this gate until")

    entries = log(admin, PARABOLA)
    assert entries[: len(before)] == before
    assert_whole(entries)
    begun = max(at for at, entry in enumerate(entries) if entry["kind"] == "run.started")
    once = [entry["subject"] for entry in entries[begun:] if entry["kind"] == "candidate.measured"]
    assert len(once) == len(set(once))
    admin.goto(f"/projects/{PARABOLA}/log/")
    admin.get_by_role("button", name=re.compile("Verify")).click()
    expect(admin.locator("#verification")).to_contain_text("Everything follows.")
    admin.goto(run)
    expect(admin.locator("#state")).to_contain_text("finished")
    abort(admin, held)
