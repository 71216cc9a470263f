"""What pages bring along: few bytes of script, icons that are there and used."""

import re
from pathlib import Path

import django_htmx
import pytest
from django.template import Context, Template
from website import ROOT

from apps.common import icons

MOST_SCRIPT = 120_000
TEMPLATES = "\n".join(path.read_text() for path in sorted((ROOT / "templates").rglob("*.html")))
USED = set(re.findall(r'{% icon "([a-z0-9-]+)"', TEMPLATES))
VENDORED = {path.stem for path in (ROOT / icons.FOLDER).glob("*.svg")}


def test_all_scripts_together_stay_small() -> None:
    htmx = Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js"
    assert sum(path.stat().st_size for path in [htmx, *(ROOT / "static").rglob("*.js")]) <= MOST_SCRIPT


def test_only_icons_in_use_are_vendored_and_all_of_them_are() -> None:
    assert USED == VENDORED


def test_an_icon_is_decoration_unless_it_has_a_label() -> None:
    shown = Template('{% load pages %}{% icon "chevron-down" %}{% icon "chevron-down" "More" %}').render(Context())
    assert shown.count('<svg class="icon"') == 2
    assert shown.count('aria-hidden="true"') == 1
    assert 'role="img" aria-label="More"' in shown


def test_an_icon_that_is_not_there_fails_where_it_is_written() -> None:
    with pytest.raises(LookupError, match="vendor_static"):
        icons.drawing("../LICENSE")


def test_no_template_carries_a_script_or_a_style_of_its_own() -> None:
    """The content security policy would stop them; this says where they are."""
    assert not re.findall(r'<script(?![^>]*\bsrc=)[^>]*>|<style\b|\sstyle="|\son[a-z]+="', TEMPLATES)


def test_no_block_of_the_stylesheet_is_left_open() -> None:
    """A browser would say nothing, and what comes after would hold on phones only, or nowhere."""
    depth = 0
    for line in (ROOT / "static/evoweb/evoweb.css").read_text().splitlines():
        assert depth == 0 or not line.startswith("/* ----"), line
        depth += line.count("{") - line.count("}")
    assert depth == 0
