"""Do the latches of models stand as the logs say?"""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Q

from apps.engine.canonical import decode
from apps.llm.models import ModelLatch
from apps.log.models import Event
from apps.projects.models import Project

KINDS = ("model.latched", "model.released")


def problems(project: Project) -> Iterator[str]:
    """What is wrong with the latches that the project's log vouches for: nobody lets a model go on in silence."""
    events = Event.objects.filter(project=project.pk, kind__in=KINDS).order_by("sequence")
    said: dict[int, dict[str, tuple[str, int]]] = defaultdict(dict)
    for kind, actor, body in events.values_list("kind", "actor", "body"):
        told = decode(bytes(body))
        said[told["latch"]][kind] = (actor, told["model"])
    for latch in ModelLatch.objects.filter(Q(project=project) | Q(pk__in=said)).order_by("pk"):
        stands = {"model.latched": (latch.set_by, latch.model_id)}
        if latch.released_at or latch.released_by:
            stands["model.released"] = (latch.released_by, latch.model_id)
        if said.pop(latch.pk, {}) != stands:
            yield f"the stop of model {latch.model_id} was set, changed or released without the log"
    yield from (f"a stop of a model, {key}, is gone" for key in said)
