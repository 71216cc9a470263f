"""One started system and the people in it."""

import os
import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.system import PARABOLA, System, browser_of, join, link_for, sign_in

PATIENCE = 20_000  # ms; the machine may be busy with other things
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """All of evoweb on an empty home."""
    home = tmp_path_factory.mktemp("journeys") / "home"
    os.chmod(home.parent, 0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        made = System(home, probe.getsockname()[1])
    made.start()
    yield made
    made.kill()


@pytest.fixture(scope="session")
def ada(browser: Browser, system: System) -> BrowserContext:
    """The browser of the first admin."""
    context = browser_of(browser, system)
    page = context.new_page()
    sign_in(page, system, "admin", system.password)
    page.close()
    return context


@pytest.fixture(scope="session")
def rita(browser: Browser, system: System, ada: BrowserContext) -> BrowserContext:
    """The browser of a reviewer of the parabola."""
    admin = ada.new_page()
    link = link_for(admin, PARABOLA, "reviewer")
    admin.close()
    context = browser_of(browser, system)
    page = context.new_page()
    join(page, link, "rita")
    page.close()
    return context


@pytest.fixture
def admin(ada: BrowserContext) -> Iterator[Page]:
    """A page of the admin's."""
    page = ada.new_page()
    yield page
    page.close()


@pytest.fixture
def reviewer(rita: BrowserContext) -> Iterator[Page]:
    """A page of the reviewer's."""
    page = rita.new_page()
    yield page
    page.close()
