"""Several people in one project: who holds what, who may do what, and who is told."""

import sqlite3

import pytest
from playwright.sync_api import Browser, Page, expect

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
    note,
    started,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_of_two_browsers_on_one_gate_the_second_is_told_who_answered_and_nothing_is_done_twice(
    admin: Page, reviewer: Page
) -> None:
    run = started(admin, PARABOLA)
    gate = gates(admin, run, 1)[0]
    for page in (admin, reviewer):
        page.goto(gate)
    reviewer.get_by_role("button", name="Approve").click()
    expect(note(reviewer, "Approved:")).to_be_visible()
    expect(admin.locator("#standing")).to_contain_text("rita answered this gate: approve.")
    admin.get_by_label("Reason", exact=True).fill("I had seen it first")
    admin.get_by_role("button", name="Reject").click()
    expect(note(admin, "rita answered this gate a moment ago: approve. Nothing was changed")).to_be_visible()
    expect(admin.get_by_label("Reason", exact=True)).to_have_value("I had seen it first")
    expect(admin.locator("#standing")).to_contain_text("This gate changed or was answered meanwhile.")
    admin.goto(gate)
    expect(note(admin, "This gate is closed")).to_be_visible()
    expect(admin.locator("main")).to_contain_text("rita approve")
    said = log(admin, PARABOLA)
    begun = max(at for at, entry in enumerate(said) if entry["kind"] == "run.started")
    assert [entry["body"]["decision"] for entry in said[begun:] if entry["kind"] == "answer.given"] == ["approve"]
    abort(admin, run)


def test_a_claim_names_its_holder_keeps_others_out_and_ends(system: System, admin: Page, reviewer: Page) -> None:
    run = started(admin, PARABOLA)
    gate = gates(admin, run, 1)[0]
    admin.goto(gate)
    reviewer.goto(gate)
    reviewer.get_by_role("button", name="Claim").click()
    expect(note(reviewer, "Yours until")).to_be_visible()
    expect(admin.locator("#standing")).to_contain_text("rita holds this gate until")
    admin.get_by_role("button", name="Claim").click()  # as the page was before
    expect(note(admin, "rita holds this gate.")).to_be_visible()
    admin.get_by_role("button", name="Approve").click()
    expect(note(admin, "rita holds this gate for another")).to_be_visible()
    admin.goto(f"/queue/?project={PARABOLA}")
    expect(admin.locator("tr", has=admin.locator(f"a[href='{gate}']"))).to_contain_text("rita")

    time_passes(system, gate)
    admin.goto(gate)
    admin.get_by_role("button", name="Claim").click()
    expect(note(admin, "Yours until")).to_be_visible()
    reviewer.get_by_role("button", name="Approve").click()
    expect(note(reviewer, "admin holds this gate for another")).to_be_visible()
    admin.get_by_role("button", name="Release").click()
    expect(note(admin, "Free for others now.")).to_be_visible()
    abort(admin, run)


def time_passes(system: System, gate: str) -> None:
    """Ten minutes without waiting for them: the claim on a gate ran out a moment ago."""
    effect = gate.strip("/").rpartition("/")[2]
    with sqlite3.connect(system.home / "evoweb.sqlite3", timeout=20) as database:
        ended = "strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 second')"
        database.execute(f"UPDATE oversight_claim SET until = {ended} WHERE effect_id = ?", (effect,))


def test_an_invited_person_joins_reviews_and_is_told_within_ten_seconds_when_the_role_is_gone(
    browser: Browser, system: System, admin: Page
) -> None:
    link = link_for(admin, CART, "reviewer")
    page = browser_of(browser, system).new_page()
    join(page, link, "nils")
    expect(page.get_by_text("You are reviewer: sees everything, answers gates.")).to_be_visible()
    expect(page.get_by_role("link", name="Start a run")).to_have_count(0)

    run = started(admin, CART)
    first, second = gates(admin, run, 2)
    page.goto(first)
    page.get_by_role("button", name="Approve").click()
    expect(note(page, "Approved:")).to_be_visible()
    page.goto(second)
    page.get_by_label("Reason", exact=True).fill("half a sentence")

    admin.goto(f"/projects/{CART}/members/")
    row = admin.locator("tr", has_text="nils")
    row.get_by_text("Remove").first.click()
    row.get_by_role("button", name="Remove nils").click()
    expect(admin.locator("tr", has_text="nils")).to_have_count(0)
    expect(page.locator("#live")).to_have_text("not yours to see any more", timeout=10_000)
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was done: this gate is not yours")
    expect(page.get_by_label("Reason", exact=True)).to_have_value("half a sentence")
    abort(admin, run)
    answered = [entry for entry in log(admin, CART) if entry["kind"] == "answer.given"]
    assert [entry["body"]["decision"] for entry in answered] == ["approve"]
