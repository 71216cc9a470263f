"""The methods that there are: what each claims, whether it needs a model, how far its claim is shown here."""

import inspect
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.engine import registry
from apps.engine.evidence import Evidence
from apps.engine.setup import Ensembles, unplayed
from apps.llm.selectors import ensembles

NEEDS = {"model": "Need a model", "none": "Need none"}


@dataclass(frozen=True, slots=True)
class Method:
    """A method on the page. more: what its file says after the claim; missing: roles that nobody plays."""

    name: str
    claim: str
    more: list[str]
    roles: tuple[str, ...]
    missing: list[str]
    shown: Evidence
    parameters: list[tuple[str, Any]]

    @property
    def told(self) -> bool:
        """Whether its file says how far the claim is shown."""
        return self.shown != Evidence()


@require_GET
def methods(request: HttpRequest) -> HttpResponse:
    """All methods; ?needs=model or ?needs=none shows those."""
    cast = ensembles(None)
    every = [_method(name, cast) for name in registry.names()]
    needs = request.GET.get("needs", "")
    asking, free = [one for one in every if one.roles], [one for one in every if not one.roles]
    context = {
        "methods": {"model": asking, "none": free}.get(needs, every),
        "needs": needs if needs in NEEDS else "",
        "counts": (("model", NEEDS["model"], len(asking)), ("none", NEEDS["none"], len(free))),
        "total": len(every),
        "connected": not any(one.missing for one in asking),
    }
    return render(request, "rounds/methods.html", context)


def _method(name: str, cast: Ensembles) -> Method:
    recipe = registry.get(name)
    said = inspect.cleandoc(registry.module(name).__doc__ or "").strip().split("\n\n")[1:]
    missing = unplayed(cast, recipe.roles) if recipe.roles else []
    parameters = list(recipe.parameters.items())
    return Method(name, registry.claim(name), said, recipe.roles, missing, registry.shown(name), parameters)
