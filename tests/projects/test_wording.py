"""What prompts say of a project: brought by its folder, changed by it at any time, no part of what scores depend on."""

import pytest

from apps.accounts.actors import Actor
from apps.projects.importer import import_package
from apps.projects.package import PackageError

SYSTEM = Actor.system()
TABLE = """
[prompts]
mutate = "prompts/mutate.txt"
"""


@pytest.fixture
def worded(workspace):
    manifest = (workspace.root / "evoweb.toml").read_text()

    def say(about, text):
        workspace.write("evoweb.toml", f'about = """\n{about}\n"""\n{manifest}{TABLE}')
        workspace.write("prompts/mutate.txt", text)
        return workspace.package()

    return say


def test_a_folder_says_what_it_is_about_and_brings_its_texts(worded, facts, db):
    project = import_package(SYSTEM, worded("Doubling numbers.\nNothing else.", "You double."), facts)
    assert project.about == "Doubling numbers.\nNothing else."
    assert project.templates == {"mutate": "You double."}


def test_other_words_are_the_same_project(worded, facts, db):
    before = import_package(SYSTEM, worded("One", "first"), facts)
    after = import_package(SYSTEM, worded("Another", "second"), facts)
    assert after.pk == before.pk
    after.refresh_from_db()
    assert (after.about, after.templates) == ("Another", {"mutate": "second"})


def test_candidates_do_not_see_the_texts_for_prompts(worded):
    assert "prompts/mutate.txt" not in worded("About", "You double.").files


def test_a_name_that_no_prompt_has_is_told_with_its_line(worded, workspace):
    worded("About", "text")
    path = workspace.root / "evoweb.toml"
    path.write_text(path.read_text().replace("mutate =", "mutat ="))
    with pytest.raises(PackageError, match=r'evoweb.toml:\d+: no prompt is called "mutat". Did you mean "mutate"'):
        workspace.package()


def test_a_text_with_a_placeholder_that_nothing_fills_is_told_with_its_file(worded):
    with pytest.raises(PackageError, match=r"prompts/mutate.txt.*holds \$program"):
        worded("About", "Look at $program.")
