"""Members of a project, and the links by which people become members."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from factory import Cast, person

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.engine.canonical import decode
from apps.log.models import Event
from apps.log.selectors import broken_links
from apps.projects.models import Invitation, Membership
from apps.projects.services import invitations, members
from apps.projects.verify import problems

OTHER = "another quite long password"
NEW = {"username": "dora", "password1": OTHER, "password2": OTHER}
MEMBERS = "/projects/parabola/members/"


def text_of(response: Any) -> str:
    return str(response.content.decode())


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def grace(people: Cast) -> User:
    """The admin of the project."""
    return admin(people, "grace")


def admin(people: Cast, name: str) -> User:
    made = person(name)
    Membership.objects.create(project=people.project, user=made, role="admin")
    return made


def boss() -> User:
    made = person("boss")
    made.is_superuser = True
    made.save()
    return made


def invited(client: Client, role: str = "reviewer", where: str = MEMBERS + "invite") -> str:
    """The path behind a new link."""
    response = client.post(where, {"role": role})
    [path] = re.findall(r'value="http://testserver(/invitations/[^"]+)"', text_of(response))
    return path


def role_of(user: User) -> str | None:
    return Membership.objects.filter(user=user).values_list("role", flat=True).first()


def kinds(project: int) -> list[str]:
    return list(Event.objects.filter(project=project).order_by("sequence").values_list("kind", flat=True))


def change(client: Client, member: User, role: str, seen: str) -> Any:
    held = Membership.objects.get(user=member)
    return client.post(f"{MEMBERS}{held.pk}/role", {"role": role, "seen": seen}, follow=True)


def remove(client: Client, member: User, seen: str) -> Any:
    held = Membership.objects.get(user=member)
    return client.post(f"{MEMBERS}{held.pk}/remove", {"seen": seen}, follow=True)


def test_every_member_sees_who_the_others_are(as_bob: Client) -> None:
    said = text_of(as_bob.get(MEMBERS))
    assert "alice" in said
    assert "maintainer" in said
    assert "charlie" not in said


def test_only_admins_are_offered_to_change_anything(people: Cast, grace: User, as_alice: Client) -> None:
    assert "Make a link" in text_of(as_(grace).get(MEMBERS))
    assert "Make a link" not in text_of(as_alice.get(MEMBERS))


def test_a_maintainer_may_not_manage_members_and_is_told_who_may(people: Cast, as_alice: Client) -> None:
    response = change(as_alice, people.bob, "admin", "reviewer")
    assert response.status_code == 403
    assert "alice may not manage the members of the project “Parabola”; the role admin is needed" in text_of(response)
    assert role_of(people.bob) == "reviewer"


def test_an_admin_gives_another_role(people: Cast, grace: User) -> None:
    assert "bob is operator now" in text_of(change(as_(grace), people.bob, "operator", "reviewer"))
    assert role_of(people.bob) == "operator"


def test_of_two_admins_at_once_the_second_learns_what_the_first_did(people: Cast, grace: User) -> None:
    change(as_(grace), people.bob, "operator", "reviewer")
    response = change(as_(admin(people, "henry")), people.bob, "viewer", "reviewer")
    assert response.status_code == 409
    assert "bob has become operator since you opened the page" in text_of(response)
    assert role_of(people.bob) == "operator"


def test_a_role_that_does_not_exist_is_refused(people: Cast, grace: User) -> None:
    response = change(as_(grace), people.bob, "emperor", "reviewer")
    assert response.status_code == 422
    assert "is no role" in text_of(response)


def test_who_is_removed_sees_the_project_no_more(people: Cast, grace: User, as_bob: Client) -> None:
    assert "bob is no member any more" in text_of(remove(as_(grace), people.bob, "reviewer"))
    assert as_bob.get(MEMBERS).status_code == 404


def test_removing_somebody_twice_is_explained(people: Cast, grace: User) -> None:
    held = Membership.objects.get(user=people.bob)
    remove(as_(grace), people.bob, "reviewer")
    response = as_(grace).post(f"{MEMBERS}{held.pk}/remove", {"seen": "reviewer"})
    assert response.status_code == 409
    assert "somebody was faster" in text_of(response)


@pytest.mark.parametrize("act", [remove, lambda client, user, seen: change(client, user, "viewer", seen)])
def test_the_last_admin_stays_unless_an_admin_of_the_installation_acts(people: Cast, grace: User, act: Any) -> None:
    response = act(as_(grace), grace, "admin")
    assert response.status_code == 422
    assert "grace is the last admin" in text_of(response)
    assert role_of(grace) == "admin"
    act(as_(boss()), grace, "admin")
    assert role_of(grace) != "admin"


def test_an_admin_who_leaves_is_led_home(people: Cast, grace: User) -> None:
    admin(people, "henry")
    assert remove(as_(grace), grace, "admin").redirect_chain == [("/", 302)]


def test_a_member_of_another_project_cannot_be_reached_through_this_one(people: Cast, grace: User) -> None:
    from factory import project

    elsewhere = Membership.objects.create(project=project("Other"), user=people.charlie, role="viewer")
    assert as_(grace).post(f"{MEMBERS}{elsewhere.pk}/remove", {"seen": "viewer"}).status_code == 409
    assert role_of(people.charlie) == "viewer"


def test_somebody_with_an_account_joins_by_link(people: Cast, grace: User, as_charlie: Client) -> None:
    path = invited(as_(grace))
    said = text_of(as_charlie.get(path))
    for words in ("Join Parabola", "grace", "reviewer", "answers gates", "Join as charlie"):
        assert words in said
    assert role_of(people.charlie) is None  # looking joins nobody
    assert "Welcome to Parabola" in text_of(as_charlie.post(path, follow=True))
    assert role_of(people.charlie) == "reviewer"


def test_somebody_without_an_account_makes_one_and_is_in(people: Cast, grace: User) -> None:
    path, client = invited(as_(grace), "operator"), Client()
    assert f"/sign-in?next={path}" in text_of(client.get(path))
    assert "Welcome to Parabola" in text_of(client.post(path, NEW, follow=True))
    assert role_of(User.objects.get(username="dora")) == "operator"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"username": "bob"}, "This user name is taken"),
        ({"password2": "something else entirely"}, "match"),
        ({"password1": "short", "password2": "short"}, "at least 10"),
        ({"password1": "dora.dora.dora", "password2": "dora.dora.dora", "username": "dora.dora"}, "too similar"),
    ],
)
def test_an_account_that_cannot_be_made_is_explained_and_uses_nothing_up(
    people: Cast, grace: User, fields: dict[str, str], why: str
) -> None:
    path, client = invited(as_(grace)), Client()
    response = client.post(path, NEW | fields)
    assert response.status_code == 422
    assert why in text_of(response)
    assert client.post(path, NEW).status_code == 302


def test_a_link_is_shown_once_and_kept_nowhere(people: Cast, grace: User) -> None:
    path = invited(as_(grace))
    token = path.rsplit("/", 1)[-1]
    assert token not in text_of(as_(grace).get(MEMBERS))
    [kept] = Invitation.objects.values_list("token", flat=True)
    assert token.encode() not in bytes(kept)
    assert all(token not in str(decode(bytes(body))) for body in Event.objects.values_list("body", flat=True))


def used(path: str, people: Cast) -> None:
    Client().post(path, NEW)


def withdrawn(path: str, people: Cast) -> None:
    [made] = Invitation.objects.all()
    as_(User.objects.get(username="grace")).post(f"{MEMBERS}invitations/{made.pk}/revoke")


def expired(path: str, people: Cast) -> None:
    Invitation.objects.update(expires=timezone.now() - timedelta(seconds=1))


def orphaned(path: str, people: Cast) -> None:
    remove(as_(boss()), User.objects.get(username="grace"), "admin")


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (used, "used already"),
        (withdrawn, "withdrawn"),
        (expired, "too old"),
        (orphaned, "may not invite people any more"),
    ],
)
def test_a_dead_link_lets_nobody_in_and_says_why(people: Cast, grace: User, happens: Any, why: str) -> None:
    path = invited(as_(grace))
    happens(path, people)
    for response in (Client().post(path, NEW | {"username": "eve"}), as_(people.charlie).post(path)):
        assert response.status_code == 410
        assert why in text_of(response)
    assert not User.objects.filter(username="eve").exists()
    assert role_of(people.charlie) is None


def test_a_link_that_was_cut_off_is_explained(client: Client, db: None) -> None:
    response = client.get("/invitations/nonsense")
    assert response.status_code == 404
    assert "a part of it was lost" in text_of(response)


def test_a_member_who_opens_a_link_neither_changes_role_nor_uses_it_up(people: Cast, grace: User) -> None:
    path = invited(as_(grace), "viewer")
    response = as_(people.alice).post(path)
    assert "member of Parabola already, as maintainer" in text_of(response)
    assert role_of(people.alice) == "maintainer"
    assert as_(people.charlie).post(path).status_code == 302


def test_the_log_says_everything_and_verify_finds_it_so(people: Cast, grace: User) -> None:
    Membership.objects.all().delete()  # the cast joined without the log
    project, actor, bob = people.project, Actor.person(boss()), people.bob
    _, token = invitations.invite(actor, project, "reviewer")
    [made] = Invitation.objects.all()
    invitations.accept(bob, made)
    spare, _ = invitations.invite(actor, project, "viewer")
    invitations.revoke(actor, spare)
    held = members.change(actor, Membership.objects.get(user=bob), "operator", "reviewer")
    assert list(problems(project)) == []
    members.remove(actor, held, "operator")
    assert kinds(project.pk) == [
        "invitation.made",
        "invitation.used",
        "member.added",
        "invitation.made",
        "invitation.revoked",
        "member.changed",
        "member.removed",
    ]
    assert list(problems(project)) == []
    assert list(broken_links(project.pk)) == []


@pytest.mark.parametrize(
    ("deed", "found"),
    [
        (lambda: Membership.objects.update(role="admin"), "is admin without the log"),
        (lambda: Membership.objects.all().delete(), "but is no member"),
        (lambda: Invitation.objects.update(role="admin"), "was changed or added"),
        (lambda: Invitation.objects.update(used=None, used_by=None), "was changed or added"),
        (lambda: Invitation.objects.all().delete(), "is gone"),
    ],
)
def test_verify_finds_what_was_done_behind_the_log(people: Cast, deed: Any, found: str) -> None:
    Membership.objects.all().delete()
    made, _ = invitations.invite(Actor.person(boss()), people.project, "reviewer")
    invitations.accept(people.bob, made)
    assert list(problems(people.project)) == []
    deed()
    assert found in next(problems(people.project))


def test_a_second_click_on_joining_changes_nothing(people: Cast, grace: User, as_charlie: Client) -> None:
    path = invited(as_(grace))
    for _ in range(2):
        assert as_charlie.post(path)["Location"] == "/projects/parabola/"
    again = Client()
    other = invited(as_(grace))
    again.post(other, NEW)
    assert "if that was you, sign in" in text_of(Client().post(other, NEW))
    assert User.objects.filter(username="dora").count() == 1


def test_one_link_used_by_two_browsers_at_once_lets_in_one(people: Cast, grace: User) -> None:
    made, _ = invitations.invite(Actor.person(grace), people.project, "reviewer")
    stale = Invitation.objects.get(pk=made.pk)
    invitations.accept(people.charlie, made)
    with pytest.raises(Exception, match="used already"), transaction.atomic():
        invitations.accept(person("dora"), stale)
    assert Membership.objects.filter(user__username="dora").count() == 0
