"""The axes of a project: brought by its folder, changed at any time, vouched for by its log."""

import pytest
from django.core.exceptions import PermissionDenied

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.common.errors import Conflict
from apps.engine.axes import Axes, Descriptor, Objective
from apps.log.models import Event
from apps.projects import selectors
from apps.projects.axes import axes_in
from apps.projects.importer import import_package
from apps.projects.models import AxesVersion, Membership, Project
from apps.projects.package import PackageError
from apps.projects.protocol import protocol
from apps.projects.services import axes as services
from apps.projects.verify import problems

SYSTEM = Actor.system()
SIZE = Axes((Descriptor("size", 0.0, 100.0, 5),), (Objective("bins", maximise=False),))
TABLES = """
[[descriptors]]
name = "size"
low = 0
high = 100
cells = 5
[[objectives]]
name = "bins"
direction = "minimise"
"""


@pytest.fixture
def project(workspace, facts, db):
    workspace.write("evoweb.toml", (workspace.root / "evoweb.toml").read_text() + TABLES)
    return import_package(SYSTEM, workspace.package(), facts)


def again(workspace, facts):
    return import_package(SYSTEM, workspace.package(), facts)


def test_a_folder_brings_its_axes(project):
    assert selectors.axes(project) == SIZE
    assert [event.kind for event in Event.objects.order_by("sequence")] == ["project.imported", "axes.changed"]
    assert list(problems(project)) == []


def test_a_project_without_axes_has_none_and_no_version(workspace, facts, db):
    project = again(workspace, facts)
    assert selectors.axes(project) == Axes()
    assert not AxesVersion.objects.exists()


def test_other_axes_make_the_folder_no_other_project(workspace, facts, project):
    before = protocol(project, "bubblewrap")
    workspace.change("evoweb.toml", "cells = 5", "cells = 7")
    assert again(workspace, facts) == project
    assert selectors.axes(project).descriptors[0].cells == 7
    assert protocol(project, "bubblewrap") == before
    workspace.change("evoweb.toml", TABLES.replace("cells = 5", "cells = 7"), "")
    again(workspace, facts)
    assert selectors.axes(project) == Axes()
    assert Project.objects.count() == 1


def test_a_folder_that_did_not_change_undoes_nothing(workspace, facts, project):
    services.change(SYSTEM, project, Axes((Descriptor("size", 0, 1),)))
    again(workspace, facts)
    assert selectors.axes(project) == Axes((Descriptor("size", 0, 1),))
    workspace.change("evoweb.toml", "cells = 5", "cells = 7")
    again(workspace, facts)
    assert selectors.axes(project).descriptors[0].cells == 7


def test_axes_are_changed_by_maintainers_who_saw_the_ones_in_force(project):
    viewer, keeper = User.objects.create_user("viewer"), User.objects.create_user("keeper")
    Membership.objects.create(project=project, user=viewer, role="viewer")
    Membership.objects.create(project=project, user=keeper, role="maintainer")
    with pytest.raises(PermissionDenied):
        services.change(Actor.person(viewer), project, Axes(), 1)
    assert services.change(Actor.person(keeper), project, Axes(), 1)
    with pytest.raises(Conflict, match="version 2"):
        services.change(Actor.person(keeper), project, SIZE, 1)
    assert not services.change(Actor.person(keeper), project, Axes(), 2)
    assert AxesVersion.objects.count() == 2


def test_every_version_is_vouched_for(project):
    services.change(SYSTEM, project, Axes())
    assert list(problems(project)) == []
    AxesVersion.objects.filter(version=1).update(imported=False)
    assert list(problems(project)) == ["version 1 of the axes was changed or added"]
    AxesVersion.objects.filter(version=1).update(imported=True, axes=b'{"descriptors":[]}')
    assert list(problems(project)) == ["version 1 of the axes was changed or added"]
    AxesVersion.objects.filter(version=1).delete()
    assert list(problems(project)) == ["version 1 of the axes is gone"]


def test_axes_are_read_from_a_file_of_nothing_else():
    assert axes_in("axes.toml", TABLES, "score") == SIZE
    with pytest.raises(PackageError, match="axes.toml:3: name must be text") as wrong:
        axes_in("axes.toml", TABLES.replace('"size"', "7").replace("minimise", "down"), "score")
    assert len(wrong.value.problems) == 2
