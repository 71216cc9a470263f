"""An import is all or nothing, and the same folder is the same project."""

import pytest
from django.core.exceptions import PermissionDenied

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.engine.canonical import decode
from apps.log.selectors import read
from apps.projects import importer, selectors
from apps.projects.importer import import_package
from apps.projects.models import Component, Membership, Project, Task
from apps.projects.protocol import protocol
from apps.projects.scorers import library
from apps.projects.verify import problems

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system()


def test_everything_in_the_folder_arrives(workspace, facts):
    project = Project.objects.get(pk=import_package(SYSTEM, workspace.package(), facts).pk)
    assert (project.name, project.slug) == ("Doubling", "doubling")
    assert selectors.program_files(project) == workspace.package().files
    assert selectors.edits(project) == {"main.py": "whole"}
    assert selectors.scorer_files(project) == {"evaluator.py": (workspace.root / "evaluator.py").read_bytes()}
    assert [task.key for task in selectors.tasks(project, "validation")] == ["one", "two"]
    assert selectors.limits(project)["memory_mb"] == 512
    assert (project.method, project.budget, project.mode) == ("hill_climb", {"candidates": 1000}, "full-auto")
    assert project.repeatable
    assert project.champion is None


def test_an_unchanged_folder_is_the_same_project(workspace, facts):
    first = import_package(SYSTEM, workspace.package(), facts)
    assert import_package(SYSTEM, workspace.package(), facts) == first
    assert Project.objects.count() == 1


def test_a_changed_folder_becomes_a_new_version(workspace, facts):
    first = import_package(SYSTEM, workspace.package(), facts)
    workspace.change("main.py", "FACTOR = 1", "FACTOR = 3")
    second = import_package(SYSTEM, workspace.package(), facts)
    assert (second.name, second.slug) == ("Doubling (2)", "doubling-2")
    workspace.change("main.py", "FACTOR = 3", "FACTOR = 1")
    assert import_package(SYSTEM, workspace.package(), facts) == first


@pytest.mark.parametrize(
    ("name", "slug"), [("円を詰める", "円を詰める"), ("!!!", "project"), ("Zwei  Wörter", "zwei-wörter")]
)
def test_any_name_gets_a_slug(workspace, facts, name, slug):
    workspace.change("evoweb.toml", "Doubling", name)
    assert import_package(SYSTEM, workspace.package(), facts).slug == slug


def test_an_import_that_fails_leaves_nothing_behind(workspace, facts, monkeypatch):
    def fails(*_):
        raise RuntimeError("the last step")

    monkeypatch.setattr(importer, "_add_members", fails)
    with pytest.raises(RuntimeError):
        import_package(SYSTEM, workspace.package(), facts)
    assert not Project.objects.exists()
    assert not Component.objects.exists()
    assert not Task.objects.exists()


def test_only_admins_import(workspace, facts):
    someone = Actor.person(User.objects.create_user("someone"))
    with pytest.raises(PermissionDenied, match="may not import or change projects"):
        import_package(someone, workspace.package(), facts)
    assert not Project.objects.exists()


def test_members_follow_to_the_next_version(workspace, facts):
    admin, reader = User.objects.create_superuser("admin"), User.objects.create_user("reader")
    first = import_package(Actor.person(admin), workspace.package(), facts)
    Membership.objects.create(project=first, user=reader, role="viewer")
    workspace.change("main.py", "FACTOR = 1", "FACTOR = 3")
    second = import_package(Actor.person(admin), workspace.package(), facts)
    assert dict(second.memberships.values_list("user__username", "role")) == {"admin": "admin", "reader": "viewer"}
    assert [entry.kind for entry in read(second.pk)] == ["project.imported", "member.added", "member.added"]
    assert list(problems(second)) == []


def test_the_log_entry_names_the_package_only_by_digest(workspace, facts):
    project = import_package(SYSTEM, workspace.package(), facts)
    (entry,) = read(project.pk)
    assert entry.kind == "project.imported"
    assert decode(bytes(entry.body))["package"] == workspace.package().digest.hex()


def test_the_protocol_changes_with_what_makes_scores_comparable(workspace, facts):
    def digest():
        return protocol(import_package(SYSTEM, workspace.package(), facts), "bubblewrap")[0]

    first = digest()
    workspace.change("main.py", "FACTOR = 1", "FACTOR = 3")
    assert digest() == first
    workspace.change("evaluator.py", "-abs", "-2 * abs")
    second = digest()
    workspace.change("tasks.jsonl", '"expected": 4', '"expected": 5')
    third = digest()
    workspace.change("evoweb.toml", "[run]", "[sandbox]\nmemory_mb = 256\n[run]")
    assert len({first, second, third, digest()}) == 4


def test_the_protocol_knows_the_sandbox(workspace, facts):
    project = import_package(SYSTEM, workspace.package(), facts)
    assert protocol(project, "bubblewrap")[0] != protocol(project, "landlock")[0]
    assert protocol(project, "landlock") == protocol(project, "landlock")


def test_an_evaluator_gets_the_scorers_that_it_imports(workspace, facts):
    workspace.write(
        "evaluator.py", "from evoweb_scorers import exact\n\n\ndef score(i, e, o, seed):\n    return exact(o, e)\n"
    )
    files = selectors.scorer_files(import_package(SYSTEM, workspace.package(), facts))
    assert files.keys() == {"evaluator.py", *library()}
    assert files["evoweb_scorers/answers.py"].decode() == library()["evoweb_scorers/answers.py"]


def test_helpers_of_an_evaluator_may_be_binary(workspace, facts):
    data = bytes(range(256)) * 40
    workspace.write("db/pets.sqlite", data)
    workspace.change("evoweb.toml", 'file = "evaluator.py"', 'file = "evaluator.py"\nhelpers = ["db/pets.sqlite"]')
    assert selectors.scorer_files(import_package(SYSTEM, workspace.package(), facts))["db/pets.sqlite"] == data
