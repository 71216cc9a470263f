"""Changes in a real browser: ten thousand lines, by keys alone, with and without script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from website import Site, complaints, running, sign_in

pytestmark = pytest.mark.browser

CANDIDATES = "/projects/parabola/runs/1/candidates/"


@pytest.fixture(scope="module")
def site(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(begun, tmp_path_factory.mktemp("changes") / "home") as made:
        yield made


@pytest.fixture(scope="module")
def large(site: Site) -> dict[str, str]:
    """Addresses of ten thousand new lines, and of ten thousand of which every twentieth was edited."""
    return {name: f"{site.url}{CANDIDATES}{number}/" for name, number in site.play("large").items()}


@pytest.fixture
def bob(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    sign_in(page, site, "bob")
    page.close()
    yield context
    context.close()


@pytest.fixture
def page(bob: BrowserContext) -> Page:
    return bob.new_page()


def here(page: Page) -> str:
    """Anchor of the change that a reader was led to."""
    return page.locator("tr.here").get_attribute("id") or ""


def test_n_and_p_lead_from_change_to_change_and_on_into_what_is_not_loaded_yet(
    page: Page, large: dict[str, str]
) -> None:
    found = complaints(page)
    page.goto(large["edited"] + "?view=unified")
    page.keyboard.press("n")
    first = here(page)
    page.keyboard.press("n")
    assert here(page) != first
    page.keyboard.press("p")
    assert here(page) == first
    loaded = page.locator("[data-change]").count()
    for _ in range(loaded + 2):
        page.keyboard.press("n")
    expect(page.locator("[data-change]").nth(loaded)).to_be_attached()
    expect(page.locator("tr.here")).to_be_in_viewport()
    assert found == []


def test_m_changes_the_view_and_the_browser_remembers_it(page: Page, large: dict[str, str]) -> None:
    page.goto(large["edited"] + "?view=unified")
    page.keyboard.press("m")
    expect(page.locator(".diff.split").first).to_be_visible()
    page.goto(large["edited"])
    expect(page.locator(".diff.split").first).to_be_visible()
    page.keyboard.press("m")
    expect(page.locator(".diff.unified").first).to_be_visible()


def test_a_viewed_file_is_closed_and_stays_so(page: Page, large: dict[str, str]) -> None:
    page.goto(large["edited"])
    page.keyboard.press("v")
    expect(page.locator(".file .chunk").first).to_be_hidden()
    page.reload()
    expect(page.locator(".file.viewed")).to_have_count(1)
    expect(page.locator(".file .chunk").first).to_be_hidden()
    page.keyboard.press("v")
    expect(page.locator(".file .chunk").first).to_be_visible()


def test_the_rest_comes_as_it_is_scrolled_to_and_can_be_found(page: Page, large: dict[str, str]) -> None:
    page.goto(large["new"] + "?view=unified")
    for _ in range(3):
        rest = page.locator(".rest")
        before = page.locator(".chunk").count()
        rest.scroll_into_view_if_needed()
        expect(page.locator(".chunk").nth(before)).to_be_attached()
    assert page.locator("tr.add").count() >= 4 * 300


def test_equal_lines_come_in_the_place_of_their_gap(page: Page, large: dict[str, str]) -> None:
    page.goto(large["edited"] + "?view=unified")
    gap = page.get_by_role("link", name="equal lines").first
    hidden = page.get_by_text("value_5 =")
    expect(hidden).to_have_count(0)
    gap.click()
    expect(hidden).to_be_visible()


def test_copied_text_has_no_line_numbers_and_no_signs(page: Page, large: dict[str, str]) -> None:
    page.goto(large["new"] + "?view=unified")
    copied = page.evaluate(
        """() => {
            const rows = document.querySelectorAll("tr.add");
            getSelection().setBaseAndExtent(rows[0], 0, rows[2], rows[2].childNodes.length);
            return getSelection().toString();
        }"""
    )
    assert [line.strip() for line in copied.splitlines() if line.strip()] == [
        f"value_{row} = compute({row}, {row * 7 % 13})  # row {row}" for row in range(3)
    ]


def test_without_script_every_line_can_be_reached_by_links(browser: Browser, site: Site, large: dict[str, str]) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, site, "bob")
    page.goto(large["edited"] + "?view=unified")
    expect(page.get_by_role("button", name="Next change")).to_have_count(0)
    page.get_by_role("link", name="Split").click()
    expect(page.locator(".diff.split").first).to_be_visible()
    page.get_by_role("link", name="more rows").click()
    expect(page.get_by_role("heading", name="Changes in one file")).to_be_visible()
    expect(page.locator(".diff.split tr.change").first).to_be_visible()
