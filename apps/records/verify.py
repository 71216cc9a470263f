"""Do the records still say what the log vouches for? Every record is recomputed, every reading too."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from apps.common.ids import NUMBERS, of_run, row_id, run_and_number
from apps.engine.canonical import decode, digest, encode
from apps.log.models import Event
from apps.projects.models import Project
from apps.projects.protocol import protocol
from apps.records import content, digests
from apps.records.models import CandidateEdit, Commission, Effect, Round, RoundState, Run, RunState, Trajectory, Verdict

KINDS = (
    *("run.started", "run.ended", "round.ended", "commission.made"),
    *("candidate.proposed", "candidate.measured", "verdict.given"),
)
CHUNK = 1000

type Vouched = dict[tuple[str, str], list[dict[str, Any]]]  # bodies by kind and subject, in order


def problems(project: Project) -> Iterator[str]:
    """What is wrong with the project's records, in words, each naming its record."""
    for run in Run.objects.filter(project=project).order_by("id"):
        vouched = _vouched(run)
        yield from _run(run, vouched)
        yield from _rounds(run, vouched)
        yield from _candidates(run, vouched)
        yield from _trajectories(run, vouched)
        yield from _verdicts(run, vouched)
        yield from _commissions(run, vouched)
        yield from (f"run {run.number}: the log knows {what[0]} of {what[1]}, the record is gone" for what in vouched)
    yield from _champion(project)


def _vouched(run: Run) -> Vouched:
    found: Vouched = defaultdict(list)
    events = Event.objects.filter(project=run.project_id, sequence__gte=run.since, kind__in=KINDS).order_by("sequence")
    for kind, subject, body in events.values_list("kind", "subject", "body").iterator(chunk_size=CHUNK):
        name, _, number = subject.partition(":")
        identifier = int(number)
        if subject == f"run:{run.pk}" or (name == "candidate" and run_and_number(identifier)[0] == run.pk):
            found[kind, subject].append(decode(bytes(body)))
    return found


def _run(run: Run, vouched: Vouched) -> Iterator[str]:
    subject = f"run:{run.pk}"
    if vouched.pop(("run.started", subject), [{}])[0] != decode(encode(digests.started(run))):
        yield f"run {run.number} is not what the log says was started"
    ended = vouched.pop(("run.ended", subject), None)
    if (ended is None) != (run.state == RunState.OPEN) or (
        ended and ended[0] != digests.ended(run.pk, run.state, run.result)
    ):
        yield f"run {run.number} did not end as the log says"
    if digest(bytes(run.protocol.description)) != bytes(run.protocol.digest):
        yield f"the protocol of run {run.number} is not what its digest says"
    sandbox = decode(bytes(run.protocol.description))["sandbox"]
    if protocol(run.project, sandbox)[0] != bytes(run.protocol.digest).hex():
        yield f"the tasks, the evaluator or the limits of {run.project} are not those of run {run.number}"


def _rounds(run: Run, vouched: Vouched) -> Iterator[str]:
    said = {body["round"]: body["journal"] for body in vouched.pop(("round.ended", f"run:{run.pk}"), [])}
    ended = Round.objects.filter(of_run(run.pk), state=RoundState.DONE).order_by("id")
    names = ("round_id", "position", "child", "kind", "state", "revision", "asked", "ran", "answer", "candidate")
    for chunk in _chunks(list(ended.values_list("id", "kind", "outcome"))):
        rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in Effect.objects.filter(round__in=[identifier for identifier, _, _ in chunk]).values(*names):
            rows[row["round_id"]].append(row)
        for identifier, kind, outcome in chunk:
            if said.pop(identifier, None) != digests.journal(kind, outcome, rows[identifier]):
                yield f"the journal of round {identifier % NUMBERS} of run {run.number} was changed"
    for identifier in said:
        yield f"round {identifier % NUMBERS} of run {run.number} is gone or open again"


def _candidates(run: Run, vouched: Vouched) -> Iterator[str]:
    needed = set()
    for row in CandidateEdit.objects.filter(of_run(run.pk)).order_by("pk").values().iterator(chunk_size=CHUNK):
        said = vouched.pop(("candidate.proposed", f"candidate:{row['id']}"), [])
        where = f"candidate {row['id'] % NUMBERS} of run {run.number}"
        if [body["digest"] for body in said] != [digests.candidate(row)]:
            yield f"{where} was changed or added"
        if digest(bytes(row["content"])) != bytes(row["content_digest"]):
            yield f"{where}: its content is not what its digest says"
        parents = decode(bytes(row["parents"]))["parents"]
        if row["base"] != (row_id(run.pk, parents[0]) if parents else None):
            yield f"{where} shows another base parent than it was made from"
        needed |= {bytes.fromhex(name) for name in decode(bytes(row["content"])).values()}
    yield from _contents(run, needed)


def _contents(run: Run, needed: set[bytes]) -> Iterator[str]:
    for chunk in _chunks(sorted(needed)):
        yield from (f"run {run.number}: {what}" for what in content.damaged(chunk))


def _trajectories(run: Run, vouched: Vouched) -> Iterator[str]:
    groups: dict[tuple[int, int, int, int], list[dict[str, Any]]] = {}
    for row in (
        Trajectory.objects.filter(of_run(run.pk, "candidate")).order_by("id").values().iterator(chunk_size=CHUNK)
    ):
        groups.setdefault((row["candidate_id"], row["round"], row["position"], row["child"]), []).append(dict(row))
    said: dict[tuple[int, int, int, int], str] = {}
    for kind, subject in [key for key in vouched if key[0] == "candidate.measured"]:
        for body in vouched.pop((kind, subject)):
            said[int(subject[10:]), body["round"], body["position"], body["child"]] = body["digest"]
    for place, rows in groups.items():
        if said.pop(place, None) != digests.trajectories(rows):
            where = f"candidate {place[0] % NUMBERS} of run {run.number} in round {place[1] % NUMBERS}"
            yield f"the trajectories of {where} were changed"
    for identifier, *_ in said:
        yield f"trajectories of candidate {identifier % NUMBERS} of run {run.number} are gone"


def _verdicts(run: Run, vouched: Vouched) -> Iterator[str]:
    given: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in Verdict.objects.filter(of_run(run.pk, "candidate")).order_by("id").values().iterator(chunk_size=CHUNK):
        given[row["candidate_id"]].append(dict(row))
    for identifier, rows in given.items():
        said = vouched.pop(("verdict.given", f"candidate:{identifier}"), [])
        if [body["digest"] for body in said] != [digests.verdict(row) for row in rows]:
            yield f"the verdicts on candidate {identifier % NUMBERS} of run {run.number} were changed"
    yield from _readings(run, given)


def _readings(run: Run, given: dict[int, list[dict[str, Any]]]) -> Iterator[str]:
    """The cached verdict of each candidate is its last one that judged it for the archive."""
    for identifier, verdict in (
        CandidateEdit.objects.filter(of_run(run.pk)).values_list("pk", "verdict").iterator(chunk_size=CHUNK)
    ):
        decisions = [
            row["decision"]
            for row in given.get(identifier, ())
            if row["decision"] in ("keep", "drop", "hold", "revert")
        ]
        if verdict != (decisions[-1] if decisions else ""):
            where = f"candidate {identifier % NUMBERS} of run {run.number}"
            yield f"{where} shows the verdict {verdict!r}, its records say otherwise"


def _champion(project: Project) -> Iterator[str]:
    moves = Verdict.objects.filter(candidate__run__project=project, decision__in=("promote", "revert")).order_by("id")
    told = None
    for candidate, decision in moves.values_list("candidate_id", "decision"):
        if decision == "promote" or candidate == told:
            told = candidate if decision == "promote" else None
    if told != Project.objects.values_list("champion", flat=True).get(pk=project.pk):
        yield f"the champion of {project} is not the candidate that was promoted last"


def _commissions(run: Run, vouched: Vouched) -> Iterator[str]:
    said = {body["commission"]: body["digest"] for body in vouched.pop(("commission.made", f"run:{run.pk}"), [])}
    for made in Commission.objects.filter(run=run).order_by("pk"):
        if said.pop(made.pk, None) != digests.commission(made):
            yield f"commission {made.pk} of run {run.number} was changed or added"
    yield from (f"commission {key} of run {run.number} is gone" for key in said)


def _chunks[T](items: list[T]) -> Iterator[list[T]]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))
