"""What all tests share."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db.models.signals import post_migrate
from hypothesis import HealthCheck, settings

# The same examples each time, and none is judged by its time: what fails, fails again, however busy the machine is.
# To look for more: pytest --hypothesis-profile search.
settings.register_profile(
    "suite", max_examples=50, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

# Playwright's loop runs in the thread that tests use the database from.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers come last: Playwright's loop runs until the process ends, and no other loop can start beside it."""
    items.sort(key=wants_a_browser)


def wants_a_browser(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and "playwright" in item.fixturenames


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Whenever a test has emptied the database, Django would give all models permissions anew, which nobody asks."""
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a database and nothing in it. Homes of processes begin with a copy: migrating takes seconds."""
    home = tmp_path_factory.mktemp("empty") / "home"
    home.mkdir(mode=0o755)
    own = {"EVOWEB_HOME": str(home), "EVOWEB_DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "evoweb.settings"}
    manage = Path(__file__).parent.parent / "manage.py"
    subprocess.run([sys.executable, manage, "migrate", "--verbosity", "0"], env=os.environ | own, check=True)
    return home


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ARGUMENTS, "headless": True}
