"""The protocol of a project: two scores may be compared only if their protocols are equal."""

from collections.abc import Mapping, Sequence
from typing import Any

from apps.engine.canonical import digest, encode
from apps.projects.models import Project
from apps.projects.selectors import scorer_files, tasks

COUNTED = ("train", "validation", "gate")


def protocol(project: Project, sandbox: str, models: Sequence[Mapping[str, Any]] = ()) -> tuple[str, bytes]:
    """(digest in hex, canonical bytes) of all that makes scores comparable.

    sandbox is the kind of isolation in use; models are those that are measured or that judge, with all that decides
    their replies.
    """
    counted = tasks(project, *COUNTED).values_list("key", "split", "input", "expected")
    content = encode(
        _scorer(project)
        | {
            "tasks": [[key, split, _hex(given), _hex(expected)] for key, split, given, expected in counted],
            "sandbox": sandbox,
            "memory": "none",
            "models": [dict(model) for model in models],
        }
    )
    return digest(content).hex(), content


def scorer_digest(project: Project) -> bytes:
    """Digest of what decides a project's scores beside its tasks, which never change, and this machine's sandbox.

    A run whose protocol has another one was measured under an earlier evaluator.
    """
    return digest(encode(_scorer(project)))


def _scorer(project: Project) -> dict[str, Any]:
    # Left out where it says nothing, so that protocols from before there were such things stay what they are.
    style = {"style": project.style, "forgeable": True} if project.forgeable else {}
    worker = {"worker": project.worker} if project.worker else {}
    rubric = {"rubric": project.rubric} if project.rubric else {}
    return (
        style
        | worker
        | rubric
        | {
            "metric": project.metric,
            "direction": project.direction,
            "scorer": {path: digest(text).hex() for path, text in scorer_files(project).items()},
            "scorer_entry": project.evaluator_entry,
            "scorer_limits": project.evaluator_limits,
            "limits": project.limits,
            "packages": list(project.packages),
            "preload": list(project.preload),
            "variables": project.variables,
        }
    )


def _hex(content: bytes | memoryview) -> str:
    return digest(bytes(content)).hex()
