"""A reviewer's day: answers, and what each does next."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.journeys.system import (
    PARABOLA,
    PASSWORD,
    System,
    abort,
    answer,
    browser_of,
    candidate_of,
    gates,
    log,
    measured,
    note,
    sign_in,
    started,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_running_run_is_switched_to_gate_only_and_four_answers_mean_what_they_say(
    admin: Page, reviewer: Page
) -> None:
    run = started(admin, PARABOLA, "full-auto", candidates=100_000)
    expect(measured(admin)).not_to_have_attribute("value", "0")
    admin.get_by_label("Mode", exact=True).select_option("gate-only")
    admin.get_by_role("button", name="Change").click()
    expect(note(admin, "The mode is gate-only now.")).to_be_visible()
    expect(admin.locator("#side .count")).to_have_text("40")  # as many as may wait; now the run stands still
    before = int(measured(admin).get_attribute("value") or 0)
    approve, reject, change, edit = gates(admin, run, 4)

    approved = answer(reviewer, approve, "Approve", "Approved:")
    answer(reviewer, reject, "Reject", "A rejection needs a reason")
    rejected = answer(reviewer, reject, "Reject", "Rejected:", "it only moves the start")
    changed = answer(reviewer, change, "Request changes", "Changes requested:", "leave the wind alone")
    reviewer.goto(edit)
    edited = candidate_of(reviewer)
    reviewer.get_by_role("link", name="Edit").click()
    text = reviewer.get_by_label("main.py")
    text.fill(re.sub(r"GRAVITY = [\d.]+", "GRAVITY = 9.81", text.input_value()))
    reviewer.get_by_label("What you expect of it").fill("gravity is known")
    reviewer.get_by_role("button", name="Store the edit").click()
    expect(note(reviewer, "Edited:")).to_be_visible()

    expect(measured(admin)).to_have_attribute("value", str(before + 2))  # what was approved, and what a person wrote
    reviewer.goto(approved)
    expect(reviewer.locator("#scores table")).to_be_visible()
    expect(reviewer.locator("#said")).to_contain_text("Approved rita")

    reviewer.goto(rejected)
    expect(reviewer.get_by_text("Not measured yet.")).to_be_visible()
    expect(reviewer.locator("#said")).to_contain_text("it only moves the start")

    reviewer.goto(changed)
    expect(reviewer.get_by_text("Not measured yet.")).to_be_visible()
    proposed = proposals(admin)
    assert list(proposed.values()).count(proposed[number_of(changed)]) == 2, "the same round proposed something else"

    reviewer.goto(edited)
    expect(note(reviewer, "Superseded")).to_be_visible()
    written = max(number for number, at in proposed.items() if at == proposed[number_of(edited)])
    reviewer.goto(f"{run}candidates/{written}/")
    facts = reviewer.locator("dl.facts").first
    expect(facts).to_contain_text(re.compile(r"Made by\s*rita,"))
    expect(facts).to_contain_text(re.compile(rf"Edited from\s*candidate {number_of(edited)}"))
    expect(reviewer.locator("#contract")).to_contain_text("gravity is known")
    expect(reviewer.locator("#scores table")).to_be_visible()
    abort(admin, run)


def test_an_answer_is_taken_back_within_its_window_and_not_after_it(admin: Page, reviewer: Page) -> None:
    run = started(admin, PARABOLA)
    gate = gates(admin, run, 1)[0]
    answer(reviewer, gate, "Approve", "Approved:")
    reviewer.get_by_role("button", name="Take back").first.click()
    expect(note(reviewer, "Taken back: approve. The gate is open again.")).to_be_visible()
    expect(reviewer.get_by_role("button", name="Approve")).to_be_visible()
    expect(measured(admin)).to_have_attribute("value", "0")

    answer(reviewer, gate, "Approve", "Approved:")
    expect(measured(admin)).to_have_attribute("value", "1")  # the window has closed
    reviewer.get_by_role("button", name="Take back").first.click()
    expect(note(reviewer, "This answer can no longer be taken back: its window is closed")).to_be_visible()
    expect(note(reviewer, "This gate is closed: the effect is done.")).to_be_visible()
    said = [entry["body"]["decision"] for entry in log(admin, PARABOLA) if entry["kind"] == "answer.given"]
    assert said[-3:] == ["approve", "withdraw", "approve"]
    abort(admin, run)


def test_keys_alone_lead_from_signing_in_to_verdicts(
    browser: Browser, system: System, admin: Page, rita: BrowserContext
) -> None:
    run = started(admin, PARABOLA)
    first, second = gates(admin, run, 2)
    page = browser_of(browser, system).new_page()
    page.goto("/")
    tab_to(page, page.get_by_label("User name"))
    page.keyboard.type("rita")
    tab_to(page, page.get_by_label("Password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()

    tab_to(page, page.get_by_role("navigation", name="Main").get_by_role("link", name="Queue"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Take the next gate")
    page.keyboard.press("Escape")
    tab_to(page, page.locator(f"#gates a[href='{first}']"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(first))

    page.keyboard.press("Shift+R")
    expect(page.get_by_label("Reason", exact=True)).to_be_focused()
    page.keyboard.type("no better than before")
    page.keyboard.press("Control+Enter")
    expect(note(page, "Rejected:")).to_be_visible()
    expect(page).to_have_url(re.compile(second))
    page.keyboard.press("c")
    expect(note(page, "Yours until")).to_be_visible()
    page.keyboard.press("a")
    expect(note(page, "Approved:")).to_be_visible()
    page.keyboard.press("z")
    expect(note(page, "Taken back: approve.")).to_be_visible()
    page.keyboard.press("a")
    expect(note(page, "Approved:")).to_be_visible()
    expect(measured(admin)).to_have_attribute("value", "1")
    abort(admin, run)


def test_everything_from_signing_in_to_verdicts_works_without_javascript(
    browser: Browser, system: System, admin: Page, rita: BrowserContext
) -> None:
    run = started(admin, PARABOLA)
    first = gates(admin, run, 2)[0]
    page = browser_of(browser, system, java_script_enabled=False).new_page()
    sign_in(page, system, "rita")
    page.get_by_role("link", name=re.compile("Queue")).first.click()
    page.locator(f"#gates a[href='{first}']").click()
    about = candidate_of(page)
    page.get_by_role("button", name="Approve").click()
    expect(note(page, "Approved:")).to_be_visible()
    page.get_by_label("Reason", exact=True).fill("it changes nothing that matters")
    page.get_by_role("button", name="Reject").click()
    expect(note(page, "Rejected:")).to_be_visible()
    page.get_by_role("button", name="Take back").first.click()
    expect(note(page, "Taken back: reject.")).to_be_visible()
    expect(measured(admin)).to_have_attribute("value", "1")
    page.goto(about)
    expect(page.locator("#scores table")).to_be_visible()
    expect(page.locator("#said")).to_contain_text("Approved rita")
    abort(admin, run)


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until it has the focus, as who has no mouse does."""
    for _ in range(60):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    expect(target).to_be_focused()


def number_of(candidate: str) -> int:
    return int(candidate.rstrip("/").rpartition("/")[2])


def proposals(page: Page) -> dict[int, int]:
    """The round of every proposal of the latest run, by its number."""
    said = log(page, PARABOLA)
    begun = max(at for at, entry in enumerate(said) if entry["kind"] == "run.started")
    made = [entry["body"] for entry in said[begun:] if entry["kind"] == "candidate.proposed"]
    return {body["candidate"]: body["round"] for body in made}
