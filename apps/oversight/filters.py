"""Which gates of the queue a person wants to see: in the address of the page, so that it can be kept and sent."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest

from apps.accounts.actors import Actor
from apps.common.ids import NUMBERS
from apps.oversight import selectors
from apps.oversight.rules import POINTS
from apps.records.models import Effect

SHOWS = {
    "all": "Everything",
    "free": "Free to take",
    "mine": "Held by me",
    "escalated": "Passed on to me",
    "deferred": "Put off by me",
}
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """project: its slug; point: an effect kind; show: one of SHOWS; order: oldest or newest; q: words to search for."""

    project: str = ""
    point: str = ""
    show: str = "all"
    order: str = "oldest"
    q: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "QueueFilter":
        """As the address or the form says; what is no choice counts as absent."""
        said = request.POST if request.method == "POST" else request.GET
        point, show = said.get("point", ""), said.get("show", "")
        return cls(
            project=said.get("project", "")[:140],
            point=point if point in POINTS else "",
            show=show if show in SHOWS else "all",
            order="newest" if said.get("order") == "newest" else "oldest",
            q=said.get("q", "").strip()[:LONGEST_SEARCH].replace("\0", ""),
        )

    def narrow(self, actor: Actor, gates: QuerySet[Effect]) -> QuerySet[Effect]:
        """The gates among these that the filter lets through."""
        found = _SHOWN[self.show](actor, gates)
        if self.project:
            found = found.filter(round__run__project__slug=self.project)
        if self.point:
            found = found.filter(kind__in=("measure", "compare") if self.point == "measure" else (self.point,))
        return found.alias(number=F("candidate") % NUMBERS).filter(self._words) if self.q else found

    @property
    def _words(self) -> Q:
        """Project names, methods; a number is a candidate's, or a run's after the word run."""
        words = Q(round__run__project__name__icontains=self.q) | Q(round__run__method__icontains=self.q)
        last = self.q.split()[-1].lstrip("#")
        if not (last.isascii() and last.isdigit() and len(last) < 10):
            return words
        if self.q.lower().startswith("run"):
            return words | Q(round__run__number=int(last))
        return words | Q(number=int(last))

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves anything out."""
        return self != QueueFilter(order=self.order)

    def __str__(self) -> str:
        """As the query of an address, the usual choices left out."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return urlencode({name: value for name, value in said.items() if value != getattr(QueueFilter(), name)})


def _mine(actor: Actor, gates: QuerySet[Effect]) -> QuerySet[Effect]:
    return gates.filter(Exists(selectors.live_claims().filter(effect=OuterRef("pk"), person=actor.user)))


_SHOWN: dict[str, Callable[[Actor, QuerySet[Effect]], QuerySet[Effect]]] = {
    "all": lambda actor, gates: gates,
    "free": selectors.claimable,
    "mine": _mine,
    "escalated": lambda actor, gates: gates.filter(pk__in=selectors.escalated(actor).order_by().values("pk")),
    "deferred": lambda actor, gates: gates.filter(pk__in=selectors.deferred(actor).values("effect")),
}
