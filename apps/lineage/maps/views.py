"""Pages that lay out a whole run: its archive map, its front, its operators, its contracts."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from apps.accounts.requests import actor_of
from apps.common.keyset import key
from apps.common.pages import region
from apps.engine.axes import Axes
from apps.lineage.maps import archive, arms, contracts, fronts, operators
from apps.lineage.maps.reading import Reading, reading
from apps.projects import selectors
from apps.projects.access import may
from apps.projects.models import Project
from apps.records.models import Run
from apps.rounds.views.found import run_of, watched_project

REGIONS = {"shown"}


@dataclass
class Place:
    """A run, for whom it is shown, and what is known of it."""

    request: HttpRequest
    project: Project
    run: Run
    watched: dict[int, int]

    @classmethod
    def of(cls, request: HttpRequest, slug: str, number: int) -> "Place":
        """Raises Http404."""
        project, watched = watched_project(request, slug)
        return cls(request, project, run_of(project, number), watched)

    @cached_property
    def axes(self) -> Axes:
        """Those of the project now: they may be younger than the run."""
        return selectors.axes(self.project)

    @cached_property
    def read(self) -> Reading:
        return reading(self.run, self.axes, self.watched[self.project.pk])

    @property
    def may_maintain(self) -> bool:
        return may(actor_of(self.request), "maintain", self.project)

    def page(self, view: str, **more: Any) -> HttpResponse:
        """view: which of the run's views it is."""
        told = {"place": self, "project": self.project, "run": self.run, "watched": self.watched, "view": view}
        return region(self.request, f"lineage/{view}.html", told | more, REGIONS)


@require_GET
def archive_map(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """?x= and ?y= name descriptors (an empty ?y= none), ?show= what colours tell, ?after= where the table begins."""
    place = Place.of(request, slug, number)
    asked = request.GET
    taken = archive.chosen(place.axes.descriptors, [asked.get("x", ""), asked.get("y", "")])
    show = asked.get("show", "")
    shown = archive.ArchiveMap(
        place.run, place.read, taken, show if show in archive.SHOWN else archive.SHOWN[0], key(request, "after") or 0
    )
    return place.page("map", map=shown if taken else None, choices=archive.SHOWN)


@require_GET
def pareto_front(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """?against= names an objective, or is empty for all of them at once; ?after= where the table begins."""
    place = Place.of(request, slug, number)
    choices = fronts.choices(place.axes.objectives)
    asked = request.GET.get("against", choices[0].name)
    against = next((axis for axis in choices if axis.name == asked), None if len(choices) > 1 else choices[0])
    shown = fronts.Front(place.run, place.read, choices, against, key(request, "after") or 0)
    return place.page("front", front=shown)


@require_GET
def operator_credit(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What each operator did, over all of the run and over time."""
    place = Place.of(request, slug, number)
    shown = operators.Operators(place.run, place.read)
    return place.page("operators", operators=shown, models=arms.Models(place.run, shown) if place.run.asks else None)


@require_GET
def contract_record(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What came of what authors claimed, and what turns by itself."""
    place = Place.of(request, slug, number)
    return place.page("contracts", contracts=contracts.Contracts(place.run))
