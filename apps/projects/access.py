"""Who may do what. The one place that answers this; everything is refused that is not allowed here."""

from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery

from apps.accounts.actors import Actor
from apps.projects.models import Membership, Project
from apps.projects.vocabulary import ROLES, Verb

_DOING: dict[Verb, str] = {
    "view": "see",
    "review": "answer gates of",
    "operate": "start, pause or resume runs of",
    "maintain": "import or change",
    "audit": "audit",
    "manage": "manage the members of",
}


def may(actor: Actor, verb: Verb, project: Project | None) -> bool:
    """Whether the actor may do this to the project; with None, to projects as such (importing one, say).

    The system and superusers may everything, methods and policies nothing. Raises KeyError for an unknown verb.
    """
    _ = _DOING[verb]
    return verb in verbs(actor, project)


def verbs(actor: Actor, project: Project | None) -> frozenset[Verb]:
    """Everything that the actor may do to the project."""
    if actor.kind == "system" or (actor.kind == "person" and _is_superuser(actor)):
        return frozenset(_DOING)
    if actor.kind != "person" or project is None:
        return frozenset()
    return frozenset(ROLES.get(_role(actor, project), ()))


def require(actor: Actor, verb: Verb, project: Project | None) -> None:
    """Raises PermissionDenied, with a sentence that says who could, unless the actor may."""
    if may(actor, verb, project):
        return
    who = _name(actor)
    if project is None:
        raise PermissionDenied(f"{who} may not {_DOING[verb]} projects; an admin of this installation may.")
    roles = " or ".join(role for role, verbs in ROLES.items() if verb in verbs)
    raise PermissionDenied(f"{who} may not {_DOING[verb]} the project “{project}”; the role {roles} is needed.")


def visible_projects(actor: Actor) -> QuerySet[Project]:
    """The projects that the actor may see."""
    if actor.kind == "system" or (actor.kind == "person" and _is_superuser(actor)):
        return Project.objects.all()
    if actor.kind != "person":
        return Project.objects.none()
    return Project.objects.filter(memberships__user_id=actor.id, memberships__user__is_active=True)


def projects_for(actor: Actor, verb: Verb) -> QuerySet[Project]:
    """The projects that the actor may do this to."""
    visible = visible_projects(actor)
    if actor.kind != "person" or _is_superuser(actor):
        return visible
    roles = [role for role, verbs in ROLES.items() if verb in verbs]
    return Project.objects.filter(
        memberships__user_id=actor.id, memberships__user__is_active=True, memberships__role__in=roles
    )


def role_in(actor: Actor, project: str = "pk") -> Subquery:
    """The actor's role in the project of a row, to be read with that row. project: path from the row to its key."""
    held = Membership.objects.filter(user_id=actor.id or 0, user__is_active=True, project=OuterRef(project))
    return Subquery(held.values("role")[:1])


def known(actor: Actor, project: Project, role: str | None) -> Project:
    """The project with what `role_in` found for the actor: who asks again while a page is made costs no query."""
    vars(project)["role_known"] = (actor.id, role or "")
    return project


def _name(actor: Actor) -> str:
    try:
        return str(actor.user)
    except LookupError:
        return str(actor)


def _is_superuser(actor: Actor) -> bool:
    try:
        return actor.user.is_active and actor.user.is_superuser
    except LookupError:
        return False


def _role(actor: Actor, project: Project) -> str:
    whose, role = vars(project).get("role_known", (None, ""))
    if whose == actor.id:
        return str(role)
    held = Membership.objects.filter(project=project, user_id=actor.id, user__is_active=True)
    return held.values_list("role", flat=True).first() or ""
