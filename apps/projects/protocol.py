"""The protocol of a project: two scores may be compared only if their protocols are equal."""

from apps.engine.canonical import digest, encode
from apps.projects.models import Project
from apps.projects.selectors import scorer_files, tasks

COUNTED = ("train", "validation", "gate")


def protocol(project: Project, sandbox: str) -> tuple[str, bytes]:
    """(digest in hex, canonical bytes) of all that makes scores comparable. sandbox is the kind of isolation in use."""
    counted = tasks(project, *COUNTED).values_list("key", "split", "input", "expected")
    content = encode(
        {
            "metric": project.metric,
            "direction": project.direction,
            "scorer": {path: digest(text).hex() for path, text in scorer_files(project).items()},
            "scorer_entry": project.evaluator_entry,
            "scorer_limits": project.evaluator_limits,
            "tasks": [[key, split, _hex(given), _hex(expected)] for key, split, given, expected in counted],
            "limits": project.limits,
            "packages": project.packages,
            "preload": project.preload,
            "variables": project.variables,
            "sandbox": sandbox,
            "memory": "none",
            "models": [],
        }
    )
    return digest(content).hex(), content


def _hex(content: bytes | memoryview) -> str:
    return digest(bytes(content)).hex()
