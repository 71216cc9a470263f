"""A reviewer's day: answers, and what each does next."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.system import (
    PARABOLA,
    abort,
    candidate_of,
    gates,
    log,
    note,
    started,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_running_run_is_switched_to_gate_only_and_four_answers_mean_what_they_say(
    admin: Page, reviewer: Page
) -> None:
    run = started(admin, PARABOLA, "full-auto", candidates=100_000)
    expect(measured(admin)).not_to_have_attribute("value", "0")
    admin.get_by_label("Mode").select_option("gate-only")
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
    facts = reviewer.locator("dl.facts")
    expect(facts).to_contain_text(re.compile(r"Made by\s*rita,"))
    expect(facts).to_contain_text(re.compile(rf"Edited from\s*candidate {number_of(edited)}"))
    expect(facts).to_contain_text("gravity is known")
    expect(reviewer.locator("#scores table")).to_be_visible()
    abort(admin, run)


def measured(page: Page) -> Locator:
    """How many candidates of a run were measured."""
    return page.get_by_role("progressbar", name="Candidates measured")


def answer(page: Page, gate: str, button: str, said: str, reason: str = "") -> str:
    """Answer a gate with one of its buttons. The address of the candidate that it was about."""
    page.goto(gate)
    about = candidate_of(page)
    page.get_by_label("Reason", exact=True).fill(reason)
    page.get_by_role("button", name=button).click()
    expect(note(page, said)).to_be_visible()
    return about


def number_of(candidate: str) -> int:
    return int(candidate.rstrip("/").rpartition("/")[2])


def proposals(page: Page) -> dict[int, int]:
    """The round of every proposal of the latest run, by its number."""
    said = log(page, PARABOLA)
    begun = max(at for at, entry in enumerate(said) if entry["kind"] == "run.started")
    made = [entry["body"] for entry in said[begun:] if entry["kind"] == "candidate.proposed"]
    return {body["candidate"]: body["round"] for body in made}
