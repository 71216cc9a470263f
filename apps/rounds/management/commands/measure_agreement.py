"""manage.py measure_agreement PROJECT: how far does the judge of a project agree with people's labels?"""

import json
from argparse import ArgumentParser
from typing import Any

from apps.accounts.actors import Actor
from apps.common.errors import UserError
from apps.projects.models import Project
from apps.rounds import panel
from apps.rounds.agreement import Figures
from apps.rounds.management.commands.axes import find
from apps.rounds.management.frame import Frame


class Command(Frame):
    usage = "PROJECT [--json]"
    help = (
        "Have the judge of a project's rubric judge the outputs that people labelled, twice each, and say how far it "
        "agrees with them and with itself. Its calls count for the project's budgets."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", nargs="?", help="a project's short name")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of text")
        parser.add_argument("--job", type=int, help="a measurement that was asked for in the browser")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["job"] is not None:
            panel.carry_out(options["job"])
            return
        if options["project"] is None:
            raise UserError("Name the project: `manage.py measure_agreement PROJECT`.")
        project = find(options["project"])
        row = panel.begin(Actor.system(), project)
        if not panel.take(row.pk):
            raise UserError("It is being measured by another process just now. Its page shows what comes of it.")
        row = panel.carry_out(row.pk)
        if row.why:
            raise UserError(f"It was not measured. {row.why}")
        found = Figures(**row.figures)
        self.stdout.write(json.dumps(row.figures) if options["json"] else "\n".join(_lines(project, row.model, found)))


def _lines(project: Project, model: str, found: Figures) -> list[str]:
    lines = [f"{project}: {model} judged {found.judged} of {found.labels} labelled outputs"]
    if not found.judged:
        return [*lines, "  note    it named no level of the scale, whatever it was shown: mend rubric, levels or model"]
    if found.kappa is None:
        lines.append("  people  cannot be told: all levels are one, of people and of the judge")
    else:
        span = "" if found.low is None else f" ({found.low:.2f} to {found.high:.2f})"
        lines.append(f"  people  kappa {found.kappa:.2f}{span}, {found.word}; the same level in {found.same:.0%}")
    if found.steady is not None:
        own = "" if found.own is None else f", kappa {found.own:.2f}"
        lines.append(f"  itself  the same level in {found.steady:.0%} of {found.again} that it judged twice{own}")
    if found.few:
        lines.append("  note    so few labels say little: label more")
    if found.weak:
        lines.append("  note    scores of this judge are hardly better than chance: mend rubric, levels or model")
    return lines
