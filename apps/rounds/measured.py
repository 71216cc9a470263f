"""Which model a project's candidates are measured through, and what of it decides their scores."""

from typing import Any

from apps.common.errors import UserError
from apps.engine.canonical import decode
from apps.engine.setup import Ensembles, ensembles_from
from apps.llm.contract import ModelSpec
from apps.llm.selectors import known
from apps.projects.models import Project
from apps.records.models import Run


def models(project: Project, cast: Ensembles) -> list[dict[str, Any]]:
    """What the protocol says of the model; nothing for a project that names none. Raises UserError."""
    if not project.worker:
        return []
    role = project.worker["role"]
    names = [voice.model for voice in cast.get(role, ())]
    if len(names) > 1:
        raise UserError(
            f"Candidates of {project} are measured through one model, and {len(names)} play {role}: "
            f"{', '.join(names)}. Give the role to one of them: `manage.py models role {role} {names[0]}`."
        )
    found = known(names)
    if not found:
        raise UserError(
            f"Candidates of {project} are measured through the model that plays {role}, and none does. Connect one on "
            f"the page Models, or with `manage.py models`; then `manage.py models role {role} NAME`."
        )
    return [_described(project, found[names[0]].spec)]


def changed(run: Run) -> str:
    """Why the model is not what it was when the run started; empty where it is."""
    try:
        now = models(run.project, ensembles_from(decode(bytes(run.ensembles))))
    except UserError as problem:
        return str(problem)
    if now == decode(bytes(run.protocol.description))["models"]:
        return ""
    return "The model that candidates are measured through was changed in the catalogue after this run had started."


def _described(project: Project, spec: ModelSpec) -> dict[str, Any]:
    """Its name at the provider and how it is asked. Not where it is served: another address is no other model."""
    most = min(spec.max_tokens, project.worker["max_tokens"])
    return {"model": spec.model, "extra": dict(spec.extra), "max_tokens": most, "effort": project.worker["effort"]}
