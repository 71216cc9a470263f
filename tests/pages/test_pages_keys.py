"""Keys: what they reach, where they keep still, and a whole review without a mouse."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from factory import PASSWORD
from playwright.sync_api import Browser, Page, expect
from website import Site, running, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(begun, tmp_path_factory.mktemp("keys") / "home") as made:
        yield made


@pytest.fixture(scope="module")
def gates(site: Site) -> list[int]:
    """Three that wait; tests do not answer them."""
    return site.play("three_gates")["gates"]


@pytest.fixture(scope="module")
def reviewer(browser: Browser, site: Site) -> Page:
    page = browser.new_context().new_page()
    sign_in(page, site, "bob")
    return page


@pytest.fixture
def page(reviewer: Page, site: Site, gates: list[int]) -> Page:
    """Bob's, on the queue."""
    reviewer.goto(f"{site.url}/queue/")
    return reviewer


def press(page: Page, *keys: str) -> None:
    page.wait_for_load_state()  # before its scripts ran, a page hears no key
    for key in keys:
        page.keyboard.press(key)


def test_two_keys_go_to_another_page(page: Page, site: Site) -> None:
    press(page, "g", "s")
    expect(page).to_have_url(f"{site.url}/status")
    press(page, "g", "q")
    expect(page).to_have_url(f"{site.url}/queue/")


def test_j_and_k_move_between_rows_and_o_opens(page: Page, site: Site, gates: list[int]) -> None:
    rows = page.locator("[data-list] tbody th a")
    press(page, "j", "j")
    expect(rows.nth(1)).to_be_focused()
    press(page, "ArrowDown")
    expect(rows.nth(2)).to_be_focused()
    press(page, "j", "k")
    expect(rows.nth(1)).to_be_focused()
    press(page, "o")
    expect(page).to_have_url(f"{site.url}/queue/{gates[1]}/")


def test_a_question_mark_lists_what_the_page_offers(page: Page, site: Site, gates: list[int]) -> None:
    page.goto(f"{site.url}/queue/{gates[0]}/")
    press(page, "?")
    overlay = page.get_by_role("dialog", name="Keys")
    expect(overlay).to_contain_text("Approve")
    expect(overlay).to_contain_text("Queue")
    press(page, "a", "g", "s")  # nothing happens behind a dialog
    expect(overlay).to_be_visible()
    press(page, "Escape")
    expect(overlay).to_have_count(0)
    expect(page).to_have_url(f"{site.url}/queue/{gates[0]}/")


def test_who_types_presses_no_key(page: Page, site: Site, gates: list[int]) -> None:
    page.goto(f"{site.url}/queue/{gates[0]}/")
    reason = page.get_by_label("Reason").first
    reason.focus()
    page.keyboard.type("a g q ?")
    expect(reason).to_have_value("a g q ?")
    press(page, "Escape")
    expect(reason).not_to_be_focused()
    expect(page).to_have_url(f"{site.url}/queue/{gates[0]}/")


def test_a_modifier_leaves_the_key_to_the_browser(page: Page, site: Site) -> None:
    press(page, "Control+g", "s", "Alt+g", "s")
    expect(page).to_have_url(f"{site.url}/queue/")


def test_a_key_that_needs_a_reason_goes_to_its_field_and_sends_nothing(
    page: Page, site: Site, gates: list[int]
) -> None:
    page.goto(f"{site.url}/queue/{gates[0]}/")
    press(page, "Shift+R")
    expect(page.get_by_label("Reason").first).to_be_focused()
    expect(page).to_have_url(f"{site.url}/queue/{gates[0]}/")


def test_sending_a_decision_that_no_key_chose_does_nothing(page: Page, site: Site, gates: list[int]) -> None:
    page.goto(f"{site.url}/queue/{gates[0]}/")
    page.get_by_label("Reason").first.fill("this is why not")
    press(page, "Control+Enter")
    expect(page.get_by_label("Reason").first).to_have_value("this is why not")
    expect(page).to_have_url(f"{site.url}/queue/{gates[0]}/")


def test_a_key_reaches_what_is_folded_away(page: Page, site: Site, gates: list[int]) -> None:
    page.goto(f"{site.url}/queue/{gates[0]}/")
    press(page, "e")
    expect(page.get_by_label("Pass on to")).to_be_focused()


def test_enter_in_a_field_decides_nothing(page: Page, site: Site) -> None:
    gate = site.play("measured_gate")["gate"]
    page.goto(f"{site.url}/queue/{gate}/")
    press(page, "Shift+M", "2", "Enter")
    expect(page.get_by_label("Times on each task")).to_be_focused()
    assert str(gate) not in site.play("answers")


def test_keys_can_be_switched_off_but_not_sending(browser: Browser, site: Site, gates: list[int]) -> None:
    site.play("keys_off")
    page = browser.new_context().new_page()
    page.goto(f"{site.url}/sign-in")
    page.get_by_label("User name").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Enter")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    press(page, "g", "q", "?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(f"{site.url}/")
    page.goto(f"{site.url}/projects/parabola/runs/1/")
    page.get_by_label("Reason for the pause").fill("lunch")
    press(page, "Control+Enter")
    expect(page.get_by_text("Pausing.")).to_be_visible()
    page.get_by_role("button", name="Resume").click()


def test_from_signing_in_to_a_verdict_without_a_mouse(browser: Browser, site: Site) -> None:
    gate = site.play("gate")["gate"]
    page = browser.new_context().new_page()
    page.goto(f"{site.url}/sign-in")
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type("bob")
    press(page, "Tab")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    press(page, "g", "q")
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    last = page.locator(f'[data-list] a[href="/queue/{gate}/"]')
    expect(last).to_be_visible()
    press(page, "k")  # from nowhere: the last row
    expect(last).to_be_focused()
    press(page, "Enter")
    expect(page).to_have_url(f"{site.url}/queue/{gate}/")
    press(page, "Shift+R")
    page.keyboard.type("it only waits")
    press(page, "Control+Enter")
    expect(page.get_by_text("Rejected:")).to_be_visible()
    assert site.play("answers")[str(gate)] == "reject"


def test_a_candidate_is_reverted_and_its_entry_found_without_a_mouse(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/projects/parabola/runs/1/candidates/3/")
    press(page, "Shift+R")
    expect(page.get_by_label("Why")).to_be_focused()
    page.keyboard.type("it was luck")
    press(page, "Control+Enter")
    expect(page.get_by_text("Reverted by bob: it was luck")).to_be_visible()
    press(page, "g", "a")
    expect(page).to_have_url(f"{site.url}/projects/parabola/log/")
    press(page, "j", "o")
    expect(page.locator("main")).to_contain_text("revert")
