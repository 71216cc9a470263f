"""Experiments as a worker would leave them, made directly: with as many runs as a page has to show."""

from factory import Play

from apps.accounts.actors import Actor
from apps.experiments import making, outcome, reading
from apps.experiments.models import Cell, CellState, Experiment
from apps.experiments.outcome import Outcome, checkpoints
from apps.experiments.plan import Contender, Ground, Plan
from apps.projects.models import Project

LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
METHODS = ("hill_climb", "best_of_n", "null_run")


def plan(
    *projects: Project, seeds: int = 3, methods: tuple[str, ...] = METHODS, name: str = "Which is better?"
) -> Plan:
    contenders = tuple(Contender(method, method, {}) for method in METHODS)
    grounds = tuple(Ground(project.pk, 2.5) for project in projects)
    return Plan(name, 100, None, contenders, tuple(range(1, seeds + 1)), grounds, "best_of_n")


def begun(project: Project) -> Experiment:
    """One that was just made: none of its runs has started."""
    return making.make(Actor.system(), plan(project), 2, served=True)


def experiment(play: Play, seeds: int = 3, hostile: str = f"{LONG} <script>alert(1)</script>") -> Experiment:
    """One whose runs are over but for the last seed, with one that failed and one under way; every text is hostile."""
    asked = plan(play.project, seeds=seeds + 1, name=hostile[:100])
    made = making.make(Actor.system(), asked, 2, served=True)
    cells = list(made.cells.order_by("position"))
    for cell in cells[: seeds * len(METHODS)]:
        cell.state, cell.outcome = CellState.DONE, outcome.to_bytes(grown(cell))
        cell.run = Play.begin(play.project, method=cell.label, seed=cell.seed, state="finished").run
        cell.save()
    cells[1].state, cells[1].why, cells[1].outcome = CellState.FAILED, hostile * 2, None
    cells[1].save()
    under_way = cells[seeds * len(METHODS)]
    under_way.state, under_way.run = CellState.RUNNING, Play.begin(play.project).run
    under_way.save()
    made.cells_over = seeds * len(METHODS)
    made.save()
    reading.summed(made)
    return made


def grown(cell: Cell) -> Outcome:
    """A run that climbed: by more for an earlier method, and a little more with every seed."""
    places = checkpoints(100)
    slope = (len(METHODS) - METHODS.index(cell.label) - 1) * 0.01
    curve = tuple(1.0 + slope * place + 0.01 * cell.seed for place in places)
    return Outcome(1.0, curve[-1], curve[-1], curve[-1], curve, 100, 101, 1.5, {"timeout": 3}, "finished", "00")
