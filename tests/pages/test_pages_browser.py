"""A real browser before a really started web process, while another process writes records."""

import pytest
from playwright.sync_api import Browser, Page, expect
from website import Site, sign_in

pytestmark = pytest.mark.browser

PAGES = [
    "/",
    "/projects/",
    "/projects/parabola/",
    "/projects/parabola/runs/1/",
    "/projects/parabola/runs/1/candidates/",
    "/queue/",
]
CANDIDATE = "/projects/parabola/runs/1/candidates/2/"


def test_the_project_page_follows_a_run(page: Page, site: Site, errors: list[str]) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/projects/parabola/runs/1/")
    expect(page.locator("#live")).to_have_text("live")
    expect(page.locator("#state")).not_to_contain_text("42.5")
    site.play("better")
    expect(page.locator("#state")).to_contain_text("42.5")
    expect(page.locator("#candidates")).to_contain_text("inspired")
    site.play("gate")
    expect(page.locator("#side")).to_contain_text("stand and be measured?")
    assert errors == []


def test_nothing_is_swapped_from_under_a_reader(page: Page, site: Site, errors: list[str]) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/projects/parabola/runs/1/")
    expect(page.locator("#live")).to_have_text("live")
    reason = page.get_by_label("Reason for the pause")
    reason.fill("half a rea")
    site.play("better")
    expect(page.locator("#state")).to_contain_text("42.5")
    expect(reason).to_have_value("half a rea")
    expect(reason).to_be_focused()
    assert errors == []


def test_a_page_catches_up_after_the_server_was_away(page: Page, site: Site) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/projects/parabola/runs/1/")
    expect(page.locator("#live")).to_have_text("live")
    site.stop()
    expect(page.locator("#live")).to_have_text("reconnecting")
    site.play("better")
    site.start()
    expect(page.locator("#live")).to_have_text("live", timeout=20_000)
    expect(page.locator("#state")).to_contain_text("42.5")


def test_who_signed_out_elsewhere_is_told_and_keeps_the_page(page: Page, site: Site) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/projects/parabola/runs/1/")
    expect(page.locator("#live")).to_have_text("live")
    other = page.context.new_page()
    other.goto(f"{site.url}/status")
    other.get_by_role("button", name="alice").click()
    other.get_by_role("button", name="Sign out").click()
    page.bring_to_front()
    site.play("better")
    expect(page.locator("#live")).to_have_text("signed out")
    expect(page.get_by_role("heading", name="Latest candidates")).to_be_visible()


def test_approving_and_rejecting_from_the_queue(page: Page, site: Site, errors: list[str]) -> None:
    first, second = site.play("gate")["gate"], site.play("gate")["gate"]
    sign_in(page, site, "bob")
    page.get_by_role("navigation").get_by_role("link", name="Queue").click()
    page.get_by_role("link", name="stand and be measured").first.click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved:")).to_be_visible()
    page.get_by_label("Reason").fill("it does nothing")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("Nothing waits for people.")).to_be_visible()
    assert site.play("answers") == {str(first): "approve", str(second): "reject"}
    assert errors == []


def test_everything_works_without_javascript(browser: Browser, site: Site) -> None:
    gate = site.play("gate")["gate"]
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, site)
    page.goto(f"{site.url}/queue/{gate}/")
    page.get_by_role("button", name="Approve").click()
    page.goto(f"{site.url}/projects/parabola/runs/1/")
    page.get_by_label("Reason for the pause").fill("lunch")
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.locator("#state")).to_contain_text("lunch")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Resumed.")).to_be_visible()


def test_a_phone_never_scrolls_sideways(browser: Browser, site: Site) -> None:
    gate = site.play("gate")["gate"]
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    sign_in(page, site)
    for path in [*PAGES, CANDIDATE, f"/queue/{gate}/"]:
        page.goto(f"{site.url}{path}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, f"{path} is {wide} px wide"


def test_every_page_keeps_to_the_content_security_policy(page: Page, site: Site, errors: list[str]) -> None:
    gate = site.play("gate")["gate"]
    sign_in(page, site)
    for path in [*PAGES, CANDIDATE, f"/queue/{gate}/"]:
        response = page.goto(f"{site.url}{path}")
        assert response is not None
        assert "default-src 'none'" in response.headers["content-security-policy"]
    assert errors == []


def test_the_keyboard_reaches_the_answer(page: Page, site: Site) -> None:
    gate = site.play("gate")["gate"]
    sign_in(page, site, "bob")
    page.goto(f"{site.url}/queue/{gate}/")
    reached = "document.activeElement.textContent.trim() || document.activeElement.name"
    seen = []
    while "Skip to the answer" not in seen and len(seen) < 20:
        page.keyboard.press("Tab")
        seen.append(page.evaluate(reached))
    assert {"Skip to the content", "Skip to the answer"} <= set(seen)
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(reached))
    assert {"Approve", "Reject"} <= set(seen)
