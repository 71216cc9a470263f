"""Starting, stopping and undoing: what an operator does, and that the pages tell the truth about it."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.system import (
    CART,
    CIRCLES,
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
    started,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_operator_pauses_resumes_stops_a_run_early_and_aborts_another(
    browser: Browser, system: System, admin: Page
) -> None:
    page = browser_of(browser, system).new_page()
    join(page, link_for(admin, CART, "operator"), "otto")
    run = started(page, CART, "full-auto", candidates=100_000)
    expect(measured(page)).not_to_have_attribute("value", "0")
    page.get_by_label("Reason for the pause").fill("lunch")
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(state(page)).to_have_text("paused")
    expect(note(page, "This run is stopped since")).to_contain_text("by otto: lunch")
    paused = log(admin, CART)  # nothing may come after this
    page.get_by_role("button", name="Resume the run").click()
    expect(note(page, "Resumed.")).to_be_visible()
    resumed = log(admin, CART)
    assert resumed[len(paused)]["kind"] == "latch.released", "it said paused while something ran"
    expect(measured(page)).not_to_have_attribute("value", measured(page).get_attribute("value") or "")

    page.get_by_text("End the run", exact=True).click()
    page.get_by_role("button", name="Stop in order").click()
    expect(note(page, "Stopping. No new round starts")).to_be_visible()
    expect(state(page)).to_have_text("finished")
    expect(measured(page)).not_to_have_attribute("value", "100000")

    other = started(page, CART)
    gate = gates(page, other, 1)[0]
    page.get_by_text("End the run", exact=True).click()
    page.get_by_label("Reason", exact=True).fill("the wrong project")
    page.get_by_label("to confirm").fill("yes")
    page.get_by_role("button", name="Abort the run").click()
    expect(note(page, "to abort it. Nothing was done.")).to_be_visible()
    expect(state(page)).to_have_text("waiting for people")
    abort(page, other)
    expect(state(page)).to_have_text("aborted")
    page.goto(gate)
    expect(note(page, "This gate is closed: the effect is cancelled.")).to_be_visible()
    assert run != other


def test_the_stop_of_everything_stops_every_run_and_is_released(admin: Page) -> None:
    runs = [started(admin, slug, "full-auto", candidates=100_000) for slug in (CART, PARABOLA)]
    for run in runs:
        admin.goto(run)
        expect(measured(admin)).not_to_have_attribute("value", "0")
    admin.goto("/status")
    admin.get_by_label("Reason").fill("the disk is full")
    confirm = admin.get_by_label("to confirm")
    confirm.fill(admin.locator("label kbd").inner_text())
    admin.get_by_role("button", name="Stop everything").click()
    expect(admin.get_by_role("alert")).to_contain_text("Everything is stopped since")
    stood = []
    for run in runs:
        admin.goto(run)
        expect(state(admin)).to_have_text("paused")
        expect(note(admin, "Everything here is stopped since")).to_contain_text("the disk is full")
        stood.append(measured(admin).get_attribute("value") or "")
    for run, at in zip(runs, stood, strict=True):
        admin.goto(run)
        expect(measured(admin)).to_have_attribute("value", at)
    admin.goto("/status")
    admin.get_by_role("button", name="Release the stop").click()
    for run, at in zip(runs, stood, strict=True):
        admin.goto(run)
        expect(measured(admin)).not_to_have_attribute("value", at)
        abort(admin, run)


def test_the_champion_is_reverted_on_its_page_the_earlier_one_takes_its_place_and_descendants_are_flagged(
    admin: Page,
) -> None:
    run = started(admin, CIRCLES, "full-auto", candidates=100_000)
    best = admin.locator("#state .figures").get_by_role("link")
    for _ in range(2):
        expect(best).not_to_have_attribute("href", best.get_attribute("href") or "")
    admin.get_by_label("Mode", exact=True).select_option("gate-only")
    admin.get_by_role("button", name="Change").click()
    expect(note(admin, "The mode is gate-only now.")).to_be_visible()
    gate = gates(admin, run, 1)[0]
    bad = best.get_attribute("href") or ""
    admin.goto(f"/projects/{CIRCLES}/")
    if crowned(admin) != bad:  # an earlier run was better
        promote(admin, bad)
    admin.goto(bad)
    admin.get_by_role("link", name="Revert").click()
    heir = admin.get_by_label("Champion in its place").locator("option").first.inner_text()
    admin.get_by_label("Why").fill("two of its circles overlap")
    admin.get_by_role("button", name="Revert").click()
    expect(note(admin, "was reverted.")).to_contain_text(f"{heir.partition(' of')[0].capitalize()} is the champion.")
    expect(note(admin, "Reverted by admin: two of its circles overlap")).to_be_visible()
    admin.goto(f"/projects/{CIRCLES}/")
    assert crowned(admin, other_than=bad)
    expect(admin.locator("#champion")).to_contain_text(heir)
    expect(admin.locator("#champion")).to_contain_text("Promoted by admin")

    admin.goto(gate)
    admin.locator(".lead").get_by_role("link", name=re.compile("candidate")).click()
    expect(note(admin, "Descends from")).to_contain_text(f"candidate {bad.rstrip('/').rpartition('/')[2]}, which was")
    abort(admin, run)


def promote(page: Page, candidate: str) -> None:
    """Make a candidate the champion on a person's word."""
    page.goto(candidate)
    page.get_by_role("link", name="Promote").click()
    page.get_by_label("Why").fill("it is simpler")
    page.get_by_role("button", name="Promote").click()
    expect(note(page, "is the champion now, on your word.")).to_be_visible()


def crowned(page: Page, other_than: str = "") -> str:
    """The address of the champion that the project's page shows, once it is another."""
    link = page.locator("#champion").get_by_role("link", name=re.compile(r"^candidate \d+ of run"))
    expect(link).to_be_visible()
    expect(link).not_to_have_attribute("href", other_than)
    return link.get_attribute("href") or ""


def state(page: Page) -> Locator:
    """The run's state, as its page says it."""
    return page.locator("#state .state")
