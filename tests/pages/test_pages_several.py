"""Live pages in several tabs, without a network, without a socket, and under somebody's eyes."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocket, expect
from website import Site, running, sign_in

pytestmark = pytest.mark.browser

RUN = "/projects/parabola/runs/1/"


@pytest.fixture(scope="module")
def site(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(begun, tmp_path_factory.mktemp("several") / "home") as made:
        yield made


@pytest.fixture
def tabs(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """Bob's browser."""
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, site, "bob")
    page.close()
    yield context
    context.close()


def opened(tabs: BrowserContext, site: Site, path: str) -> Page:
    page = tabs.new_page()
    page.goto(site.url + path)
    expect(page.locator("#live")).to_have_text("live")
    return page


def test_a_browser_has_one_socket_and_another_tab_takes_it_over(tabs: BrowserContext, site: Site) -> None:
    sockets: list[WebSocket] = []
    tabs.on("page", lambda page: page.on("websocket", lambda socket: sockets.append(socket)))
    first, second = opened(tabs, site, RUN), opened(tabs, site, "/queue/")
    assert len(sockets) == 1
    gate = site.play("gate")["gate"]
    expect(second.locator(f'a[href="/queue/{gate}/"]')).to_be_visible()  # told by the first
    first.close()
    gate = site.play("gate")["gate"]
    arrived = second.get_by_role("button", name="1 new")
    expect(arrived).to_be_visible()
    assert len(sockets) == 2


def test_the_title_counts_what_waits(tabs: BrowserContext, site: Site) -> None:
    page = opened(tabs, site, "/settings/")  # which shows nothing of any project
    before = int(page.locator("[data-waiting]").text_content() or 0)
    site.play("gate")
    expect(page).to_have_title(f"({before + 1}) Settings · evoweb")
    expect(page.locator("[data-waiting]")).to_have_text(str(before + 1))


def test_new_rows_wait_until_they_are_asked_for(tabs: BrowserContext, site: Site) -> None:
    site.play("gate")
    page = opened(tabs, site, "/queue/")
    rows = page.locator("[data-list] tbody tr")
    before = rows.count()
    page.keyboard.press("j")
    reading = page.locator(":focus")
    site.play("three_gates")
    expect(page.get_by_role("button", name="3 new")).to_be_visible()
    assert rows.count() == before
    expect(reading).to_be_focused()
    page.keyboard.press(".")
    expect(rows).to_have_count(before + 3)
    expect(page.get_by_role("button", name="3 new")).to_have_count(0)


def test_focus_stays_on_what_it_was_on(tabs: BrowserContext, site: Site) -> None:
    page = opened(tabs, site, RUN)
    link = page.locator("#candidates tbody th a").nth(1)
    number = link.text_content()
    link.focus()
    site.play("better")
    expect(page.locator("#candidates tbody th a").nth(2)).to_have_text(number or "")
    expect(page.locator("#candidates tbody th a").nth(2)).to_be_focused()


def test_live_can_be_stopped(tabs: BrowserContext, site: Site) -> None:
    page = opened(tabs, site, RUN)
    page.locator("#live").click()
    expect(page.locator("#live")).to_have_text("paused")
    newest = page.locator("#candidates tbody th a").first
    before = newest.text_content() or ""
    made = str(site.play("better")["candidate"])
    page.wait_for_function("performance.getEntriesByType('resource').length > 0")
    expect(newest).to_have_text(before)
    page.locator("#live").click()
    expect(newest).to_have_text(made)


def test_after_a_minute_offline_a_page_catches_up_at_once(tabs: BrowserContext, site: Site) -> None:
    page = opened(tabs, site, RUN)
    page.clock.install()
    tabs.set_offline(True)
    expect(page.locator("#live")).to_have_text("reconnecting")
    page.clock.run_for(60_000)
    expect(page.locator("#live")).to_contain_text("stale since")
    made = str(site.play("better")["candidate"])
    page.clock.resume()
    began = time.monotonic()
    tabs.set_offline(False)
    expect(page.locator("#candidates tbody th a").first).to_have_text(made)
    print(f"caught up after {time.monotonic() - began:.2f} s")
    expect(page.locator("#live")).to_have_text("live")


def test_a_page_without_a_socket_looks_for_itself(tabs: BrowserContext, site: Site) -> None:
    page = tabs.new_page()
    page.route_web_socket("**/live/", lambda socket: socket.close())
    page.goto(site.url + RUN)
    made = str(site.play("better")["candidate"])
    expect(page.locator("#candidates tbody th a").first).to_have_text(made, timeout=10_000)


def test_a_page_whose_reader_lost_the_role_says_so(browser: Browser, site: Site) -> None:
    context = browser.new_context()
    sign_in(context.new_page(), site, "alice")
    page, home = opened(context, site, RUN), opened(context, site, "/settings/")
    site.play("alice_leaves")
    expect(page.locator("#live")).to_have_text("not yours to see any more")
    expect(home.locator("#live")).to_have_text("live")
    page.reload()
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    context.close()
