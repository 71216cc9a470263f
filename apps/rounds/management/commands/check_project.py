"""manage.py check_project FOLDER: is this folder a project that can evolve? Every problem with its place and remedy."""

import json
from argparse import ArgumentParser
from collections import Counter
from dataclasses import asdict
from math import inf
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.projects.facts import Facts, promotable_gain
from apps.projects.package import Package, PackageError, Told
from apps.rounds.management.frame import Frame, add_folder
from apps.rounds.selftest import REPEATS, check
from apps.rounds.terminal import isolation


class Command(Frame):
    usage = "FOLDER [--package NAME==VERSION] [--json]"
    stores = False
    help = "Check a project folder: reads it, tries its evaluator on the seed, and explains each problem."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_folder(parser)
        parser.add_argument("--json", action="store_true", help="one JSON object instead of text")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = Told(tuple(options["package"]))
            package, facts = check(options["folder"], Path(settings.EVOWEB_HOME), isolation(), told=told)
        except PackageError as error:
            self.stdout.write(_as_json(error) if options["json"] else str(error))
            raise SystemExit(1) from None
        self.stdout.write(_facts_as_json(package, facts) if options["json"] else summary(package, facts))


def summary(package: Package, facts: Facts) -> str:
    """What is good to know about a project that is fine, in a few lines."""
    splits = Counter(task.split for task in package.tasks)
    lines = [
        f"ok: {package.name}",
        f"  tasks   {', '.join(f'{count} {split}' for split, count in splits.items())}",
        f"  seed    {_seed(facts)} ({package.metric}, {package.direction})",
        f"  noise   {_noise(facts)}",
        f"  promote {_promotion(facts, splits['gate'])}",
        f"  time    {facts.seconds * 1000:.3g} ms of the candidate per evaluation",
    ]
    return "\n".join([*lines, *(f"  note    {note}" for note in facts.notes)])


def _seed(facts: Facts) -> str:
    return "not known before its model is asked" if facts.seed_score is None else f"{facts.seed_score:.6g}"


def _noise(facts: Facts) -> str:
    if not facts.noise and facts.seed_score is None:
        return "none, as declared"
    if not facts.noise:
        return f"none: {REPEATS} repeats of the seed scored equally"
    return f"{facts.noise:.3g} per task; a gain below {facts.smallest_effect:.3g} would probably not be seen"


def _promotion(facts: Facts, gate: int) -> str:
    """What it takes to become champion, said before anything is measured for it."""
    if facts.repeatable and not gate:
        return "whatever scores better: the scorer is repeatable"
    tasks = f"{gate} gate tasks" if gate else f"{facts.tasks} validation tasks"
    gain = promotable_gain(facts.noise, gate or facts.tasks)
    if gain == inf:
        return f"nothing: {tasks} are too few to confirm a gain"
    return f"tested on {tasks}" + (f"; a gain of {gain:.3g} is confirmed 4 times of 5" if gain else "")


def _as_json(error: PackageError) -> str:
    return json.dumps({"ok": False, "problems": [asdict(problem) for problem in error.problems]}, ensure_ascii=False)


def _facts_as_json(package: Package, facts: Facts) -> str:
    found = asdict(facts) | {"smallest_effect": facts.smallest_effect}
    return json.dumps({"ok": True, "name": package.name, "problems": [], "facts": found}, ensure_ascii=False)
