"""From one decision to the next: at once where all is well, and nothing is lost where it is not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from website import Site, running, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(begun, tmp_path_factory.mktemp("next") / "home") as made:
        yield made


@pytest.fixture(scope="module")
def reviewer(browser: Browser, site: Site) -> Page:
    page = browser.new_context().new_page()
    sign_in(page, site, "bob")
    return page


@pytest.fixture
def gates(site: Site) -> list[int]:
    return site.play("three_gates")["gates"]


@pytest.fixture
def page(reviewer: Page, site: Site, gates: list[int]) -> Iterator[Page]:
    """Bob's, on the first gate, with the second at hand."""
    with reviewer.expect_response(f"**/queue/{gates[1]}/") as fetched:
        reviewer.goto(f"{site.url}/queue/{gates[0]}/")
    fetched.value.finished()
    yield reviewer
    reviewer.goto("about:blank")


def approve(page: Page) -> None:
    page.get_by_role("button", name="Approve", exact=True).click()


def test_the_next_gate_is_there_without_another_page_load(page: Page, site: Site, gates: list[int]) -> None:
    loads = []
    page.on("request", lambda request: loads.append(request.url) if request.resource_type == "document" else None)
    approve(page)
    expect(page).to_have_url(f"{site.url}/queue/{gates[1]}/")
    expect(page.get_by_text("Approved:")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert loads == []
    assert site.play("answers")[str(gates[0])] == "approve"


def test_a_key_that_is_held_down_decides_once(page: Page, site: Site, gates: list[int]) -> None:
    page.keyboard.down("a")
    expect(page).to_have_url(f"{site.url}/queue/{gates[1]}/")
    for _ in range(3):
        page.keyboard.down("a")  # the keyboard repeats it
    page.keyboard.up("a")
    page.keyboard.press("Shift+R")  # it works on: the last key was heard
    expect(page.get_by_label("Reason", exact=True)).to_be_focused()
    assert set(site.play("answers")) & {str(gate) for gate in gates} == {str(gates[0])}


def test_the_next_gate_has_its_tools(page: Page, gates: list[int]) -> None:
    approve(page)
    expect(page.get_by_text("Approved:")).to_be_visible()
    expect(page.get_by_role("button", name="Next change")).to_be_visible()


def test_a_page_that_comes_while_the_answer_is_under_way_swallows_no_words(
    reviewer: Page, site: Site, gates: list[int]
) -> None:
    held: list[Route] = []
    next_page = f"**/queue/{gates[1]}/"

    def late(route: Route) -> None:
        if route.request.is_navigation_request():
            route.continue_()
        else:
            held.append(route)

    def under_way(route: Route) -> None:
        fetched = held[0].fetch()
        answered = route.fetch()
        held[0].fulfill(response=fetched)
        route.fulfill(response=answered)

    reviewer.route(next_page, late)
    reviewer.route("**/answer", under_way)
    with reviewer.expect_request(next_page):
        reviewer.goto(f"{site.url}/queue/{gates[0]}/")
    approve(reviewer)
    expect(reviewer.get_by_role("button", name="Take back")).to_be_visible()
    reviewer.unroute_all()
    reviewer.goto("about:blank")


def test_who_decides_before_the_next_gate_is_at_hand_waits_for_it_and_loads_no_page(
    reviewer: Page, site: Site, gates: list[int]
) -> None:
    held: list[Route] = []
    next_page, loads = f"**/queue/{gates[1]}/", []
    reviewer.route(next_page, lambda route: held.append(route))
    with reviewer.expect_request(next_page):
        reviewer.goto(f"{site.url}/queue/{gates[0]}/")
    reviewer.on("request", lambda request: loads.append(request.url) if request.is_navigation_request() else None)
    with reviewer.expect_response("**/answer"):
        approve(reviewer)
    held[0].continue_()
    expect(reviewer.get_by_role("button", name="Take back")).to_be_visible()
    assert loads == []
    reviewer.unroute_all()
    reviewer.goto("about:blank")


def test_where_the_next_gate_did_not_come_it_is_fetched_again_and_the_answer_can_be_taken_back(
    reviewer: Page, site: Site, gates: list[int]
) -> None:
    held: list[Route] = []
    next_page = f"**/queue/{gates[1]}/"
    reviewer.route(next_page, lambda route: route.continue_() if held else held.append(route))
    with reviewer.expect_request(next_page):
        reviewer.goto(f"{site.url}/queue/{gates[0]}/")
    with reviewer.expect_response("**/answer"):
        approve(reviewer)
    held[0].abort()
    expect(reviewer).to_have_url(f"{site.url}/queue/{gates[1]}/")
    expect(reviewer.get_by_role("button", name="Take back")).to_be_visible()
    reviewer.unroute_all()
    reviewer.goto("about:blank")


def test_a_reason_is_written_once_for_many(page: Page, site: Site, gates: list[int]) -> None:
    page.keyboard.press("Shift+R")
    page.keyboard.type("does not pay")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(f"{site.url}/queue/{gates[1]}/")
    page.keyboard.press("Shift+R")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Reason", exact=True)).to_have_value("does not pay")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(f"{site.url}/queue/{gates[2]}/")
    expect(page.get_by_label("Reason", exact=True)).to_have_value("")
    assert site.play("answers")[str(gates[1])] == "reject"


def test_going_back_shows_the_gate_that_was_answered_as_it_is_now(page: Page, site: Site, gates: list[int]) -> None:
    asked = page.get_by_role("heading", level=1).text_content()
    approve(page)
    expect(page.get_by_role("heading", level=1)).not_to_have_text(asked or "")
    with page.expect_navigation(url=f"{site.url}/queue/{gates[0]}/"):
        page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(asked or "")


def test_without_a_connection_nothing_is_lost_and_the_same_form_can_be_sent_again(
    page: Page, site: Site, gates: list[int]
) -> None:
    page.context.set_offline(True)
    page.get_by_label("Reason").first.fill("worth keeping")
    approve(page)
    expect(page.get_by_text("no connection")).to_be_visible()
    expect(page.get_by_label("Reason").first).to_have_value("worth keeping")
    page.context.set_offline(False)
    approve(page)
    expect(page).to_have_url(f"{site.url}/queue/{gates[1]}/")
    assert site.play("answers")[str(gates[0])] == "approve"


def test_who_was_signed_out_meanwhile_keeps_what_was_typed(page: Page, site: Site) -> None:
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("Reason").first.fill("worth keeping")
    approve(page)
    expect(page.get_by_text("Not sent")).to_be_visible()
    expect(page.get_by_label("Reason").first).to_have_value("worth keeping")
    page.context.add_cookies(cookies)
