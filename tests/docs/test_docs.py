"""The documentation against what it speaks of: files, headings, commands, settings, keys, dependencies."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from apps.engine import registry
from apps.rounds.method_list import page

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


def links(page: Path) -> list[str]:
    """Where the links and images of a page lead to, without other sites."""
    found: list[str] = re.findall(r"\]\(([^)\s]+)\)", page.read_text())
    return [link for link in found if "://" not in link]


def headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them."""
    lines = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


def code(page: Path) -> list[str]:
    """Inline code, and the lines of code blocks."""
    text = page.read_text()
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", text)
    return [*inline, *(line for block in blocks for line in block.splitlines())]


@pytest.mark.parametrize("text", PAGES, ids=NAMES)
def test_every_link_leads_somewhere(text: Path) -> None:
    missing = []
    for link in links(text):
        path, _, anchor = link.partition("#")
        target = (text.parent / path) if path else text
        if not target.exists() or (anchor and anchor not in headings(target)):
            missing.append(link)
    assert missing == []


@pytest.mark.parametrize("text", PAGES, ids=NAMES)
def test_every_command_exists(text: Path) -> None:
    known = get_commands()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    asked = [name for line in code(text) for name in re.findall(r"manage\.py ([a-z_]+)", line)]
    made = [name for line in code(text) for name in re.findall(r"^make ([a-z]+)", line)]
    assert [name for name in asked if name not in known] == []
    assert [name for name in made if name not in targets] == []


def test_pages_and_pictures_are_all_shown_somewhere() -> None:
    shown = {(page.parent / link.partition("#")[0]).resolve() for page in PAGES for link in links(page)}
    there = {*PAGES[1:], *(ROOT / "docs" / "images").iterdir()}
    assert sorted(str(path.relative_to(ROOT)) for path in there - shown) == []


def test_a_picture_is_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs" / "images").iterdir()}
    assert {name: size for name, size in sizes.items() if size > 150_000} == {}


def test_the_operator_finds_every_setting() -> None:
    settings = (ROOT / "evoweb" / "settings.py").read_text()
    read = set(re.findall(r"^(EVOWEB_[A-Z_]+)  ", settings, re.MULTILINE))
    told = set(re.findall(r"^\| `(\w+)`", (ROOT / "docs" / "guide" / "operator.md").read_text(), re.MULTILINE))
    assert len(read) > 5
    assert read - told == set()


def test_the_reviewer_finds_every_key() -> None:
    told = code(ROOT / "docs" / "guide" / "reviewer.md")
    templates = "".join(page.read_text() for page in (ROOT / "templates").rglob("*.html"))
    keys = set(re.findall(r'data-key="([^"]+)"', templates))
    assert len(keys) > 20
    assert sorted(key for key in keys if key not in told) == []


def test_every_dependency_says_why_it_is_there() -> None:
    rows = re.findall(r"^\| ([^|]+) \|", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"[\w\-\[\]]+", row)}
    pins = re.findall(r"^([\w\-\[\]]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    vendored = json.loads((ROOT / "scripts" / "vendored.json").read_text())["packages"]
    assert len(pins) > 20
    assert [name for name in (*pins, *vendored) if name not in told] == []


def test_every_method_is_listed_in_its_own_words() -> None:
    assert (ROOT / "docs" / "methods.md").read_text() == page(), "run manage.py list_methods --write"


@pytest.mark.parametrize("name", registry.names())
def test_what_shows_a_claim_is_there(name: str) -> None:
    shown_by = registry.shown(name).mechanism
    assert not shown_by or (ROOT / shown_by).is_file(), f"{name} is shown by {shown_by}, and there is no such file"
