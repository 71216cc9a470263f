"""A project is brought, corrected, imported and started in a real browser; Django's admin keeps to our policy."""

from pathlib import Path

import pytest
from factory import PASSWORD
from playwright.sync_api import Browser, Page, expect
from website import Site, complaints, sign_in

pytestmark = pytest.mark.browser

GOOD = {
    "evoweb.toml": 'name = "Doubling"\nentry = "parts/main.py:run"\n\n'
    '[[components]]\npath = "parts/main.py"\n\n[[task]]\nid = "two"\ninput = 2\n'
    'expected = 4\n\n[run]\nmethod = "hill_climb"\n',
    "parts/main.py": "def run(input):\n    return 1.5 * input\n",
    "evaluator.py": "def score(input, expected, output, seed):\n"
    "    return -abs(expected - output) if isinstance(output, float) else -1e9\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with one slip in its manifest."""
    made = tmp_path / "doubling"
    for path, text in GOOD.items():
        (made / path).parent.mkdir(parents=True, exist_ok=True)
        (made / path).write_text(text.replace("hill_climb", "hil_climb"))
    return made


def admin(site: Site) -> str:
    """An admin of the installation, by name."""
    site.run(
        "manage.py",
        "shell",
        "-c",
        f"from apps.accounts.models import User; User.objects.create_superuser('ada', password={PASSWORD!r})",
    )
    return "ada"


def test_a_folder_is_brought_corrected_imported_and_started(page: Page, site: Site, folder: Path) -> None:
    sign_in(page, site, admin(site))
    errors = complaints(page)
    page.goto(f"{site.url}/projects/new")
    page.get_by_label("Or the folder itself").set_input_files(folder)
    page.get_by_role("button", name="Check the folder").click()
    expect(page.get_by_role("heading", name="doubling")).to_be_visible()
    page.get_by_role("link", name="evoweb.toml:13").click()
    text = page.get_by_label("Text")
    selected = text.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert selected == 'method = "hil_climb"'
    text.fill(GOOD["evoweb.toml"])
    page.get_by_role("button", name="Save and check again").click()
    expect(page.get_by_role("status").filter(has_text="waits for its check")).to_be_visible()
    site.run("manage.py", "shell", "-c", "from apps.rounds.examiner import Examiner; Examiner().look()")
    page.get_by_role("button", name="Import the project").click(
        timeout=60_000
    )  # the page noticed by itself that the check has ended
    expect(page.get_by_role("heading", name="Doubling")).to_be_visible()
    page.get_by_role("link", name="Start a run").click()
    page.get_by_label("Candidates").fill("7")
    page.get_by_role("button", name="Start the run").click()
    expect(page.get_by_role("heading", name="Run 1")).to_be_visible()
    expect(page.locator("#state")).to_contain_text("of 7")
    assert errors == []


def test_without_javascript_an_archive_is_brought_and_a_run_is_paused_and_aborted(
    browser: Browser, site: Site, folder: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "doubling.zip"
    site.run("-m", "zipfile", "-c", str(archive), str(folder))
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, site, admin(site))
    page.goto(f"{site.url}/projects/new")
    expect(page.get_by_label("Or the folder itself")).to_be_hidden()
    page.get_by_label("Zip archive of the folder").set_input_files(archive)
    page.get_by_role("button", name="Check the archive").click()
    expect(page.get_by_text("1 thing to correct")).to_be_visible()
    page.goto(f"{site.url}/projects/parabola/runs/1/")
    page.get_by_label("Reason for the pause").fill("lunch")
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.locator("#state")).to_contain_text("This run is stopped")
    page.get_by_role("button", name="Resume the run").click()
    page.get_by_text("End the run").click()
    page.get_by_label("Reason", exact=True).fill("it cheats")
    page.get_by_label("Type run 1 to confirm").fill("run 1")
    page.get_by_role("button", name="Abort the run").click()
    expect(page.locator("#state")).to_contain_text("aborted")


def test_the_admin_keeps_to_the_content_security_policy(page: Page, site: Site) -> None:
    sign_in(page, site, admin(site))
    errors = complaints(page)
    for path in ("/admin/", "/admin/log/event/", "/admin/log/event/1/change/", "/admin/records/run/?q=1"):
        response = page.goto(f"{site.url}{path}")
        assert response is not None
        assert response.status == 200, path
        assert "default-src 'none'" in response.headers["content-security-policy"]
    assert errors == []
