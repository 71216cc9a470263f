"""What holds for every page: no barrier that axe finds, no sideways scrolling, no complaint of the browser."""

import inspect
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from everypage import NO_PAGES
from playwright.sync_api import Browser, Page
from website import ROOT, Site, complaints, running, sign_in

pytestmark = pytest.mark.browser

AXE = (ROOT / "tests/vendor/axe-core/axe.min.js").read_text()
WIDTHS = (1280, 390, 320)
SIGNED_OUT = ("sign-in", "password-forgotten", "password-new", "invitation")
WHAT_AXE_FOUND = """async options => (await axe.run(document, options)).violations.flatMap(
    rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`))"""
TOO_WIDE = """() => document.scrollingElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1).slice(0, 5)
    .map(one => `${one.localName}.${one.className} ${one.textContent.trim().slice(0, 60)}`)"""
KILLERS = """() => [...document.querySelectorAll("[data-key]")]
    .filter(one => /abort|stop|kill|end$/.test(one.formAction || one.form?.action || one.href || ""))
    .map(one => one.outerHTML)"""
REPORT_VIOLATIONS = (
    "document.addEventListener('securitypolicyviolation', e => console.error(e.violatedDirective, e.blockedURI))"
)


@dataclass
class Seen:
    """What a walk found on one page."""

    status: int
    policy: str
    barriers: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    killers: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def site(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(empty, tmp_path_factory.mktemp("every") / "home") as made:
        yield made


@pytest.fixture(scope="module")
def pages(site: Site) -> dict[str, str]:
    return site.play("everything")


@pytest.fixture(scope="module")
def walk(browser: Browser, site: Site, pages: dict[str, str]) -> dict[str, Seen]:
    """Each page once, by a stranger or by an admin, in light, in dark, and as wide as a phone."""
    strangers, admins = new_page(browser), new_page(browser)
    sign_in(admins, site)
    walked = {}
    for name, path in pages.items():
        walked[name] = look(strangers if name.split()[0] in SIGNED_OUT else admins, site.url + path)
    return walked


def new_page(browser: Browser) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.add_init_script(REPORT_VIOLATIONS)
    return page


def look(page: Page, url: str) -> Seen:
    found = complaints(page)
    response = page.goto(url)
    assert response is not None
    seen = Seen(response.status, response.headers.get("content-security-policy", ""), complaints=found)
    page.evaluate(AXE)
    seen.barriers += page.evaluate(WHAT_AXE_FOUND, {})
    page.emulate_media(color_scheme="dark")
    seen.barriers += page.evaluate(WHAT_AXE_FOUND, {"runOnly": ["color-contrast"]})
    page.emulate_media(color_scheme="light")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        seen.wide += [f"{width}: {what}" for what in page.evaluate(TOO_WIDE)]
    page.set_viewport_size({"width": 1280, "height": 900})
    seen.killers = page.evaluate(KILLERS)
    seen.complaints = [one for one in found if response.status < 400 or "404" not in one]
    return seen


def failing(walk: dict[str, Seen], what: str) -> dict[str, Any]:
    return {name: getattr(seen, what) for name, seen in walk.items() if getattr(seen, what)}


def test_every_page_is_there(walk: dict[str, Seen]) -> None:
    assert {name: seen.status for name, seen in walk.items() if seen.status != 200} == {"404": 404}


def test_axe_finds_no_barrier_in_light_or_dark(walk: dict[str, Seen]) -> None:
    assert failing(walk, "barriers") == {}


def test_no_page_scrolls_sideways_whatever_it_holds(walk: dict[str, Seen]) -> None:
    assert failing(walk, "wide") == {}


def test_nothing_breaks_the_content_security_policy_and_no_script_fails(walk: dict[str, Seen]) -> None:
    assert failing(walk, "complaints") == {}
    assert all("default-src 'none'" in seen.policy for seen in walk.values())


def test_no_key_ends_anything(walk: dict[str, Seen]) -> None:
    assert failing(walk, "killers") == {}


def test_every_page_of_the_url_conf_is_walked(pages: dict[str, str]) -> None:
    walked = {name.split()[0] for name in pages}
    served = {pattern.name for pattern in patterns(get_resolver().url_patterns) if answers_get(pattern.callback)}
    assert served - walked - set(NO_PAGES) == set()


def patterns(listed: list[Any]) -> Iterator[Any]:
    """Named addresses; the API has tests of its own."""
    for one in listed:
        if isinstance(one, URLResolver) and one.namespace is None:
            yield from patterns(one.url_patterns)
        elif isinstance(one, URLPattern) and one.name:
            yield one


def answers_get(view: Any) -> bool:
    """Whether a view does more with a GET than to refuse it. What it does without arguments does not matter."""
    with suppress(Exception):
        response = view(RequestFactory().get("/"))
        return inspect.iscoroutine(response) or response.status_code != 405
    return True
