"""What the filters of a log's page offer."""

from dataclasses import dataclass
from functools import cached_property

from apps.lineage.log.filters import Asked
from apps.log.chain import KINDS
from apps.log.models import PERSON
from apps.projects.models import Membership, Project

MOST_PEOPLE = 200


@dataclass(frozen=True)
class Choices:
    """Kinds in groups, and the project's members."""

    project: Project
    asked: Asked

    @cached_property
    def kinds(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """(group, [(kind, in words)])."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for kind in sorted(KINDS):
            what, _, done = kind.partition(".")
            groups.setdefault(what, []).append((kind, f"{what} {done}"))
        return list(groups.items())

    @cached_property
    def names(self) -> dict[str, str]:
        """The members' names by key."""
        members = Membership.objects.filter(project=self.project).select_related("user").order_by("user__username")
        return {str(member.user_id): str(member.user) for member in members[:MOST_PEOPLE]}

    @cached_property
    def people(self) -> list[tuple[str, str]]:
        """(actor, name) of the members, and of who is asked for but is none."""
        found = [(f"{PERSON}{key}", name) for key, name in self.names.items()]
        asked = self.asked.words.get("actor", "")
        known = not asked or any(actor == asked for actor, _ in found)
        return found if known else [*found, (asked, asked)]
