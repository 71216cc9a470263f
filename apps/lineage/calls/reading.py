"""The calls of models that a run made, as pages show them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from apps.common.ids import row_id, run_and_number
from apps.engine.canonical import decode
from apps.engine.effects import ROLES
from apps.engine.setup import ensembles_from
from apps.llm.blame import kind
from apps.llm.models import Call, CallState
from apps.oversight.asked import Said
from apps.projects.models import Task
from apps.records.models import Effect, Run
from apps.rounds.trials import SEEN_SPLITS

SIZE = 50
WINDOW = 20_000  # calls that are looked through for rare ones
STATES = tuple(str(state) for state in CallState)

type Place = tuple[int, int]  # position and child of an effect


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call in a list. made: number of the candidate that came of it; task: None where it is not told."""

    call: Call
    made: int | None
    task: Task | None

    @property
    def withheld(self) -> bool:
        """Whoever looks at calls on single gate, sealed or canary tasks selects on them: nobody does."""
        return self.task is not None and self.task.split not in SEEN_SPLITS

    @property
    def measures(self) -> int | None:
        """Number of the candidate that is measured by it."""
        return None if self.call.candidate is None else run_and_number(self.call.candidate)[1]

    @property
    def wrong(self) -> str:
        """What it failed of, in words."""
        return kind(self.call.status, self.call.blame) if self.call.state == CallState.FAILED else ""


@dataclass(frozen=True, slots=True)
class Page:
    """Calls, the newest first. more: where the next page begins; looked: it ends where nobody looked further."""

    rows: list[CallRow]
    more: int | None
    looked: bool


def choices(run: Run) -> tuple[list[str], list[str]]:
    """Roles and models by which its calls can be looked for."""
    cast = ensembles_from(decode(bytes(run.ensembles)))
    return list(ROLES), sorted({voice.model for voices in cast.values() for voice in voices})


def page(run: Run, before: int | None, **having: object) -> Page:
    """Calls of a run below the key `before`; having: columns and their values. Looks through WINDOW calls at most."""
    every = Call.objects.filter(run=run).order_by("-pk")
    every = every if before is None else every.filter(pk__lt=before)
    floor = every.values_list("pk", flat=True)[WINDOW - 1 : WINDOW].first() if having else None
    found = every.filter(**having) if floor is None else every.filter(pk__gte=floor, **having)
    rows = list(found.select_related("catalogue")[: SIZE + 1])
    more = rows[SIZE - 1].pk if len(rows) > SIZE else floor
    return Page(_rows(rows[:SIZE]), more, len(rows) <= SIZE and floor is not None)


def _rows(calls: Sequence[Call]) -> list[CallRow]:
    proposals = _proposals({call.round for call in calls if call.round is not None and call.task is None})
    tasks = Task.objects.only("key", "split").in_bulk({call.task for call in calls if call.task is not None})
    return [CallRow(call, _made(call, proposals), tasks.get(call.task or 0)) for call in calls]


def _proposals(rounds: Collection[int]) -> Mapping[int, list[tuple[Place, int]]]:
    """The candidates that rounds proposed, in their order."""
    found: dict[int, list[tuple[Place, int]]] = defaultdict(list)
    if not rounds:
        return found
    made = Effect.objects.filter(round__in=rounds, kind="propose", candidate__isnull=False)
    for effect in made.only("round_id", "position", "child", "candidate").order_by("round", "position", "child"):
        found[effect.round_id].append(((effect.position, effect.child), effect.candidate or 0))
    return found


def _made(call: Call, proposals: Mapping[int, list[tuple[Place, int]]]) -> int | None:
    """The first candidate that its round proposed after it."""
    if call.round is None or call.position is None or call.task is not None:
        return None
    later = [(place, key) for place, key in proposals.get(call.round, ()) if place[0] > call.position]
    if not later:
        return None
    same = [key for place, key in later if place == (later[0][0][0], call.child)]
    return run_and_number(same[0] if same else later[0][1])[1]


@dataclass
class CallReading(Said):
    """One call on its own page."""

    @cached_property
    def row(self) -> CallRow:
        return _rows([self.call])[0]

    @property
    def withheld(self) -> bool:
        return self.row.withheld


def candidate_id(run: Run, number: int | None) -> int | None:
    """The id of the run's candidate of that number."""
    return None if number is None else row_id(run.pk, number)
