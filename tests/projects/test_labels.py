"""People's labels lie apart from their project: no page loads them, and those of before moved there unchanged."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext

from apps.accounts.actors import Actor
from apps.engine.canonical import digest, encode
from apps.projects import selectors, verify
from apps.projects.importer import import_package
from apps.projects.models import Labels, Project
from apps.projects.services import labels

SYSTEM = Actor.system()
KEPT = [{"task": "one", "output": '"zwei ☃"', "level": "good", "by": "alice"}]


@pytest.fixture
def project(workspace, facts, db):
    return import_package(SYSTEM, workspace.package(), facts)


def test_a_project_is_read_without_its_labels(project):
    labels.brought(SYSTEM, project, [KEPT[0] | {"output": '"a long answer"'}])
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = Project.objects.get(pk=project.pk)
    assert bytes(found.labels_digest)
    assert "long answer" not in repr(vars(found))
    assert len(queries) == 1


def test_bringing_the_same_labels_changes_nothing_and_none_takes_them_away(project):
    assert not labels.brought(SYSTEM, project, [])
    assert labels.brought(SYSTEM, project, KEPT)
    assert not labels.brought(SYSTEM, Project.objects.get(pk=project.pk), KEPT)
    assert (selectors.labels(project), selectors.label_count(project)) == (KEPT, 1)
    assert labels.brought(SYSTEM, project, [])
    assert (selectors.labels(project), selectors.label_count(project)) == ([], 0)
    assert not Project.objects.get(pk=project.pk).labels_digest


def test_labels_that_somebody_changed_beside_evoweb_are_told(project):
    labels.brought(SYSTEM, project, KEPT)
    assert list(verify.problems(project)) == []
    Labels.objects.update(rows=encode([KEPT[0] | {"level": "poor"}]))
    assert list(verify.problems(project)) == ["people's labels are not those that the project's row names"]
    Labels.objects.all().delete()
    assert list(verify.problems(project)) == ["people's labels are not those that the project's row names"]


def at(*names):
    """The models as they were there, with the database in that form."""
    executor = MigrationExecutor(connection)
    executor.migrate(list(names))
    return MigrationExecutor(connection).loader.project_state(list(names)).apps


@pytest.mark.django_db(transaction=True)
def test_labels_that_were_a_column_move_out_of_the_project_and_back():
    try:
        before = at(("projects", "0001_squashed_0011_rubric")).get_model("projects", "Project")
        for number, known in enumerate([KEPT, []]):
            made = {"family": "p", "name": f"p{number}", "slug": f"p{number}", "package_digest": bytes([number]) * 32}
            before.objects.create(**made, entry="m:run", evaluator=b"{}", evaluator_entry="", method="m", labels=known)
        at(("projects", "0014_labels_column"))
        first, second = Project.objects.order_by("pk").values_list("pk", "labels_digest")
        assert (bytes(first[1]), bytes(second[1])) == (digest(encode(KEPT)), b"")
        assert selectors.labels(Project.objects.only("pk").get(pk=first[0])) == KEPT
        assert Labels.objects.count() == 1
        again = at(("projects", "0001_squashed_0011_rubric")).get_model("projects", "Project")
        assert list(again.objects.order_by("pk").values_list("labels", flat=True)) == [KEPT, []]
    finally:
        call_command("migrate", verbosity=0)
