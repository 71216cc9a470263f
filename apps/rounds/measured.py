"""Which models a project's candidates are measured through and judged by, and what of them decides scores."""

from collections.abc import Mapping
from typing import Any

from apps.common.errors import UserError
from apps.engine.canonical import decode
from apps.engine.rubric import wording
from apps.engine.setup import Ensembles, ensembles_from
from apps.llm.contract import ModelSpec
from apps.llm.selectors import known
from apps.projects.models import Project
from apps.records.models import Run

MEASURED = "are measured through"
JUDGED = "are judged by"


def roles(project: Project) -> list[str]:
    """The roles of models without which nothing is measured; nobody steps in for them."""
    return [told["role"] for told in (project.worker, project.rubric) if told]


def models(project: Project, cast: Ensembles) -> list[dict[str, Any]]:
    """What the protocol says of the models: that which is measured, then the judge. Raises UserError."""
    found = []
    if project.worker:
        found.append(_described(_the_one(project, cast, project.worker["role"], MEASURED), project.worker))
    if project.rubric:
        found.append(judge(project, cast))
    return found


def judge(project: Project, cast: Ensembles) -> dict[str, Any]:
    """What the protocol says of a rubric's judge: the model, and what every judge is told. Raises UserError."""
    spec = _the_one(project, cast, project.rubric["role"], JUDGED)
    return _described(spec, project.rubric) | {"judges": wording()}


def changed(run: Run) -> str:
    """Why the models are not what they were when the run started; empty where they are."""
    try:
        now = models(run.project, ensembles_from(decode(bytes(run.ensembles))))
    except UserError as problem:
        return str(problem)
    if now == decode(bytes(run.protocol.description))["models"]:
        return ""
    if run.project.rubric:
        return "A model that candidates are measured through or judged by was changed after this run had started."
    return "The model that candidates are measured through was changed in the catalogue after this run had started."


def _the_one(project: Project, cast: Ensembles, role: str, how: str) -> ModelSpec:
    """The one model that plays a role. Raises UserError where none does, or more than one."""
    names = [voice.model for voice in cast.get(role, ())]
    if len(names) > 1:
        raise UserError(
            f"Candidates of {project} {how} one model, and {len(names)} play {role}: "
            f"{', '.join(names)}. Give the role to one of them: `manage.py models role {role} {names[0]}`."
        )
    found = known(names)
    if not found:
        raise UserError(
            f"Candidates of {project} {how} the model that plays {role}, and none does. Connect one on "
            f"the page Models, or with `manage.py models`; then `manage.py models role {role} NAME`."
        )
    return found[names[0]].spec


def _described(spec: ModelSpec, told: Mapping[str, Any]) -> dict[str, Any]:
    """Its name at the provider and how it is asked. Not where it is served: another address is no other model."""
    most = min(spec.max_tokens, told["max_tokens"])
    return {"model": spec.model, "extra": dict(spec.extra), "max_tokens": most, "effort": told["effort"]}
