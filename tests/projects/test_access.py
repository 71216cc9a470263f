"""Roles allow what the table says, and nothing else."""

import pytest
from django.core.exceptions import PermissionDenied

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.projects.access import may, require, visible_projects
from apps.projects.importer import import_package
from apps.projects.models import Membership
from apps.projects.vocabulary import ROLES

pytestmark = pytest.mark.django_db
VERBS = ("view", "review", "operate", "maintain", "audit", "manage")


@pytest.fixture
def project(workspace, facts):
    return import_package(Actor.system(), workspace.package(), facts)


@pytest.fixture
def member(project):
    def make(role: str) -> Actor:
        user = User.objects.create_user(role)
        Membership.objects.create(project=project, user=user, role=role)
        return Actor.person(user)

    return make


@pytest.mark.parametrize("role", ROLES)
def test_a_role_allows_exactly_its_verbs(project, member, role):
    actor = member(role)
    assert tuple(verb for verb in VERBS if may(actor, verb, project)) == tuple(v for v in VERBS if v in ROLES[role])
    assert list(visible_projects(actor)) == [project]


def test_strangers_methods_and_policies_may_nothing(project):
    for actor in (Actor.person(User.objects.create_user("x")), Actor("method", "hill_climb"), Actor("policy", "p")):
        assert not any(may(actor, verb, project) for verb in VERBS)
        assert not visible_projects(actor).exists()


def test_people_who_left_may_nothing(project, member):
    actor = member("admin")
    User.objects.update(is_active=False)
    fresh = Actor("person", actor.id)
    assert not may(fresh, "view", project)
    assert not visible_projects(fresh).exists()
    assert not may(Actor("person", "987654"), "view", project)


def test_superusers_and_the_system_may_all(project):
    boss = Actor.person(User.objects.create_superuser("boss"))
    for actor in (boss, Actor.system()):
        assert all(may(actor, verb, project) and may(actor, verb, None) for verb in VERBS)
        assert list(visible_projects(actor)) == [project]


def test_a_refusal_says_which_role_is_needed(project, member):
    with pytest.raises(PermissionDenied, match=r"may not answer gates of the project “Doubling”; .* reviewer or maint"):
        require(member("viewer"), "review", project)


def test_an_unknown_verb_is_a_mistake_not_a_permission(project):
    with pytest.raises(KeyError):
        may(Actor.system(), "destroy", project)
