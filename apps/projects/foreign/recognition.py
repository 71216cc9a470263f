"""Which engine a folder was written for, by the files in it."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from apps.projects.folder import Folder

# A folder is known by these; the browser's intake looks for them too.
SIGNS = ("eval.sh", "gepa_task.py", "evaluator.py", "evaluate.py")

_STEMS = {
    "openevolve": ("initial_program", "init_program", "initial_prompt"),
    "shinka": ("initial",),
    "asi_evolve": ("initial_program",),
}
_EVALUATORS = {"openevolve": "evaluator.py", "shinka": "evaluate.py", "asi_evolve": "eval.sh", "gepa": "gepa_task.py"}


@dataclass(frozen=True, slots=True)
class Recognised:
    """The engine, its evaluator, and the file that evolves; "" where the evaluator's file holds what evolves."""

    style: str
    evaluator: str
    program: str


def recognise(folder: Folder) -> Recognised | None:
    """None where nothing tells."""
    names = sorted(path.name for path in folder.root.iterdir() if path.is_file())
    if "eval.sh" in names and (program := _program("asi_evolve", names)):
        return Recognised("asi_evolve", "eval.sh", program)
    if "gepa_task.py" in names:
        return Recognised("gepa", "gepa_task.py", "")
    for style in ("openevolve", "shinka"):
        if _EVALUATORS[style] in names and (program := _program(style, names)):
            return Recognised(style, _EVALUATORS[style], program)
    return None


def nearly(names: list[str]) -> str:
    """What is missing to a folder that looks like another engine's; empty when it looks like none."""
    for style, evaluator in _EVALUATORS.items():
        if evaluator in names and style != "gepa":
            stems = " or ".join(f"{stem}.*" for stem in _STEMS[style])
            return f"it has {evaluator}, but not the program that this judges: {stems}"
    return ""


def evaluator_of(style: str) -> str:
    """What an engine calls its evaluator."""
    return _EVALUATORS[style]


def _program(style: str, names: list[str]) -> str:
    """The file that evolves: Python first where there are several."""
    found = [name for name in names if PurePosixPath(name).stem in _STEMS[style]]
    prompts = [name for name in names if style == "openevolve" and name.endswith("_prompt.txt")]
    found = found or (prompts if len(prompts) == 1 else [])
    return min(found, key=lambda name: (not name.endswith(".py"), name), default="")
