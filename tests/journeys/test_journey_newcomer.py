"""The first five minutes."""

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.journeys.system import System, abort, browser_of, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_newcomer_signs_in_with_the_printed_password_starts_the_example_and_watches_the_score_rise(
    browser: Browser, system: System
) -> None:
    page = browser_of(browser, system).new_page()
    page.goto("/")
    expect(page.get_by_text("the first admin's password was printed")).to_be_visible()
    sign_in(page, system, "admin", system.password)
    expect(page.get_by_text("Choose your own.")).to_be_visible()
    page.get_by_role("link", name="Projects", exact=True).first.click()
    page.get_by_role("link", name="New project").click()
    page.get_by_role("button", name="Circle packing").click()
    expect(page.get_by_text("is started. The seed is measured first.")).to_be_visible()
    expect(page.locator("#live")).to_have_text("live")

    page.evaluate("window.arrivedOnce = true")
    best = page.locator("#state .figures dd").first
    seed = page.locator("#state .figures dd").nth(1)
    expect(seed).to_contain_text("0.959656")
    expect(page.locator("#state")).to_contain_text("Best sum of radii so far")
    scores = [score_in(best)]
    for _ in range(3):
        expect(best).not_to_have_text(best.text_content() or "")  # nobody does anything
        scores.append(score_in(best))
    assert scores == sorted(scores)
    assert scores[-1] > 0.959656
    assert page.evaluate("window.arrivedOnce"), "the page was never loaded again"
    abort(page, page.url)
    expect(page.locator("#state .state")).to_have_text("aborted")


def score_in(figure: Locator) -> float:
    return float(figure.evaluate("figure => figure.firstChild.textContent"))
