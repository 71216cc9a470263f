"""Templates: what stands in them, what a project may put in their place, and that nothing filled in is read again."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine.prompting.templates import DEFAULTS, PLACEHOLDERS, checked, template, written
from apps.engine.variation.text import FORMS


@pytest.mark.parametrize("name", DEFAULTS)
def test_every_default_holds_only_what_it_may(name):
    checked(name, DEFAULTS[name])
    assert "$" not in written(name, {}, {})


def test_every_form_has_a_template():
    assert FORMS.keys() <= DEFAULTS.keys()
    assert PLACEHOLDERS.keys() == DEFAULTS.keys()


@pytest.mark.parametrize("name", FORMS)
def test_what_a_template_shows_has_the_form_that_is_read(name):
    texts, edits = {"FILE": "lines as they stand in the file now\n a line that goes\n", "NAME": "x\n"}, {}
    if name == "unified_diff":
        texts["FILE"] = "a line that stays\na line that goes\n"
    edits = dict.fromkeys(texts, "whole")
    assert FORMS[name].read(DEFAULTS[name], texts, edits)


def test_a_project_may_say_it_in_its_own_words():
    assert written("mutate", {"mutate": "Sort $about, for $$5."}, {"about": "cards"}) == "Sort cards, for $5."
    assert template("diff", {"diff": "As you like."}) == "As you like."


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("mutate", "$abuot", r"holds \$abuot; it may hold \$about, \$contract, \$files, \$form"),
        ("diff", "${x}", r"holds \$x; it may hold no placeholder. Write \$\$ for a dollar sign"),
        ("mutate", "a\nfor 5 $ a piece", "line 2 holds a \\$ that begins no placeholder"),
        ("mutation", "x", "there is no template 'mutation'; there are mutate, crossover"),
    ],
)
def test_what_is_wrong_with_a_template_is_said(name, text, said):
    with pytest.raises(ValueError, match=said):
        checked(name, text)
    with pytest.raises(ValueError, match=said):
        written(name, {name: text} if name in DEFAULTS else {}, {})


@given(st.text())
def test_what_is_filled_in_is_taken_as_it_is(text):
    values = {"about": f"{text}$form${{files}}$$", "form": "FORM", "files": "FILES"}
    assert written("mutate", {"mutate": "<$about|$form>"}, values) == f"<{text}$form${{files}}$$|FORM>"


def test_the_guide_names_every_template_and_what_may_stand_in_it():
    guide = (Path(__file__).parents[3] / "docs" / "projects.md").read_text().split("## Prompts")[1].split("\n## ")[0]
    rows = [line for line in guide.splitlines() if line.startswith("| `")]
    for name, placeholders in PLACEHOLDERS.items():
        (row,) = [row for row in rows if f"`{name}`" in row.split("|")[1]]
        assert set(re.findall(r"\$(\w+)", row.split("|")[3])) == placeholders
