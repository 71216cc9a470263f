"""What earlier runs of a project measured again and again, told to a run when it is taken up.

A task that turned by itself in one run turns in the next: under one protocol, repeats of one content are repeats
whatever run made them. Read are the latest runs that had ended before this one began, so that the answer is the same
whenever the run is taken up again, and of each what is measured most often: the seed, the best, and the candidates of
null runs, which all behave like the seed.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping

from apps.common.ids import row_id, run_and_number
from apps.engine.canonical import decode
from apps.engine.contracts.fold import Fold
from apps.engine.effects import METHOD_SPLITS
from apps.engine.records import Result
from apps.engine.variation.noop import NoOp
from apps.records.models import CandidateEdit, Run, Trajectory
from apps.rounds.measuring import Place, dice

RUNS = 20
NULLS = 50  # candidates of each null run
ROWS = 50_000  # measurements of single tasks, the latest ones
NULL_RUN = "null_run"


def recall(run: Run, contracts: Fold, keys: Mapping[int, str]) -> None:
    """Tell a fold that knows nothing yet. keys: of the tasks that methods may see, by id. Three queries."""
    seeds = {}
    wanted: list[int] = []
    earlier = Run.objects.filter(project=run.project_id, protocol=run.protocol_id, ended__lte=run.created)
    for key, seed, method, result in earlier.order_by("-pk").values_list("pk", "seed", "method", "result")[:RUNS]:
        seeds[key] = seed
        # The best as the run concluded: which one is the best now may change with a person's verdict.
        best = decode(bytes(result)).get("best", 0) if result else 0
        numbers = range(NULLS + 1) if method == NULL_RUN else {0, best}
        wanted += [row_id(key, number) for number in numbers]
    behaviours = _behaviours(wanted)
    for (candidate, place), results in _measurements(behaviours, seeds, run.protocol_id, keys).items():
        contracts.recall(behaviours[candidate], results, dice(seeds[run_and_number(place[0])[0]], place))


def _behaviours(wanted: list[int]) -> dict[int, Hashable]:
    """What each candidate's measurements are repeats of: its content, or that of what it changes nothing of."""
    found: dict[int, Hashable] = {}
    rows = CandidateEdit.objects.filter(pk__in=wanted).order_by("pk")
    for key, content, base, authors in rows.values_list("pk", "content_digest", "base", "authors"):
        idle = decode(bytes(authors)).get("operator") == NoOp.name
        found[key] = found[base] if idle and base in found else bytes(content)
    return found


def _measurements(
    behaviours: Mapping[int, Hashable], seeds: Mapping[int, int], protocol: int, keys: Mapping[int, str]
) -> dict[tuple[int, Place], list[Result]]:
    """By candidate and place, in the order in which they were made; only what those runs themselves measured."""
    rows = Trajectory.objects.filter(
        candidate__in=behaviours, protocol=protocol, task__split__in=METHOD_SPLITS
    ).order_by("-pk")
    names = ("candidate_id", "round", "position", "child", "task_id", "score", "failure")
    found: dict[tuple[int, Place], list[Result]] = defaultdict(list)
    for candidate, round_id, position, child, task, score, failure in reversed(list(rows.values_list(*names)[:ROWS])):
        if run_and_number(round_id)[0] in seeds and task in keys:
            found[candidate, (round_id, position, child)].append(Result(keys[task], score, failure))
    return found
