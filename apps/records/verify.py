"""Do the records still say what the log vouches for? Every record is recomputed, every reading too."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import batched, groupby
from operator import itemgetter
from typing import Any

from django.db.models import Model

from apps.common.ids import NUMBERS, of_run, row_id, run_and_number
from apps.common.progress import Tick, unheard
from apps.engine.canonical import decode, digest, encode
from apps.log.models import Event
from apps.projects.models import Project
from apps.projects.protocol import protocol
from apps.projects.selectors import as_it_was
from apps.records import content, digests
from apps.records.models import CandidateEdit, Commission, Effect, Round, RoundState, Run, RunState, Trajectory, Verdict

CHUNK = 1000

type Body = dict[str, Any]


def problems(project: Project, tick: Tick = unheard) -> Iterator[str]:
    """What is wrong with the project's records, in words, each naming its record.

    Kind by kind, and of each only digests are kept: what it holds in memory is a small part of the log.
    """
    for run in Run.objects.filter(project=project).order_by("id"):
        heard = tick.of(f"run {run.number}")
        yield from _run(run)
        yield from _commissions(run)
        for part in (_rounds, _candidates, _trajectories, _verdicts):
            yield from part(run, heard)
    yield from _champion(project)


def _of_run(run: Run, kind: str) -> Iterator[Body]:
    """Bodies of the entries of a kind about the run itself, in order."""
    events = Event.objects.filter(project=run.project_id, subject=f"run:{run.pk}", kind=kind).order_by("sequence")
    for body in events.values_list("body", flat=True).iterator(chunk_size=CHUNK):
        yield decode(bytes(body))


def _of_candidates(run: Run, kind: str) -> Iterator[tuple[int, Body]]:
    """(candidate id, body) of the entries of a kind about the run's candidates, each candidate's in order."""
    for low, high in _same_length(row_id(run.pk, 0), row_id(run.pk + 1, 0) - 1):
        about = {"subject__gte": f"candidate:{low}", "subject__lte": f"candidate:{high}"}
        events = Event.objects.filter(project=run.project_id, kind=kind, **about).order_by("subject", "sequence")
        for subject, body in events.values_list("subject", "body").iterator(chunk_size=CHUNK):
            identifier = int(subject.removeprefix("candidate:"))
            if run_and_number(identifier)[0] == run.pk:
                yield identifier, decode(bytes(body))


def _same_length(low: int, high: int) -> Iterator[tuple[int, int]]:
    """A range of numbers in parts whose digits sort as the numbers do."""
    while low <= high:
        last = min(high, 10 ** len(str(low)) - 1)
        yield low, last
        low = last + 1


def _run(run: Run) -> Iterator[str]:
    started = next(_of_run(run, "run.started"), {})
    for extended in _of_run(run, "run.extended"):
        started |= {name: extended[name] for name in ("candidates", "seconds")}
    if started != decode(encode(digests.started(run))):
        yield f"run {run.number} is not what the log says was started"
    ended = next(_of_run(run, "run.ended"), None)
    if (ended is None) != (run.state == RunState.OPEN) or (
        ended and ended != digests.ended(run.pk, run.state, run.result)
    ):
        yield f"run {run.number} did not end as the log says"
    if run.finishing != (next(_of_run(run, "run.finishing"), None) is not None):
        yield f"run {run.number} is shown as ended early or not, the log says otherwise"
    if digest(bytes(run.protocol.description)) != bytes(run.protocol.digest):
        yield f"the protocol of run {run.number} is not what its digest says"
    said = decode(bytes(run.protocol.description))
    known = (protocol(was, said["sandbox"], said["models"])[0] for was in as_it_was(run.project))
    if bytes(run.protocol.digest).hex() not in known:
        yield f"the tasks, the evaluator or the limits of {run.project} are not those of run {run.number}"


def _rounds(run: Run, tick: Tick) -> Iterator[str]:
    said = {body["round"]: body["journal"] for body in _of_run(run, "round.ended")}
    ended = Round.objects.filter(of_run(run.pk), state=RoundState.DONE).order_by("id")
    names = ("round_id", "position", "child", "kind", "state", "revision", "asked", "ran", "answer", "candidate")
    for chunk in batched(ended.values_list("id", "kind", "outcome").iterator(chunk_size=CHUNK), CHUNK):
        tick(len(chunk))
        rows: dict[int, list[Body]] = defaultdict(list)
        for row in Effect.objects.filter(round__in=[identifier for identifier, _, _ in chunk]).values(*names):
            rows[row["round_id"]].append(row)
        for identifier, kind, outcome in chunk:
            if said.pop(identifier, None) != digests.journal(kind, outcome, rows[identifier]):
                yield f"the journal of round {identifier % NUMBERS} of run {run.number} was changed"
        yield from _contents(run, {name for group in rows.values() for row in group for name in _told(row)})
    for identifier in said:
        yield f"round {identifier % NUMBERS} of run {run.number} is gone or open again"


def _told(row: Body) -> Iterator[bytes]:
    """Digests of what a journal row names: prompts, replies, measurements that a model was shown."""
    if row["kind"] not in ("ask", "choose"):
        return
    asked, ran, answer = (decode(bytes(row[name] or b"{}")) for name in ("asked", "ran", "answer"))
    names = [asked.get("prompt"), ran.get("prompt")]
    came = answer.get("done")
    if row["kind"] == "ask" and came:
        names.append(came["reply"])
    if asked.get("choose") == "trajectory" and came:
        names += came
    try:
        yield from [bytes.fromhex(name) for name in names if name]
    except (TypeError, ValueError):  # tampered with: the journal's digest tells
        return


def _candidates(run: Run, tick: Tick) -> Iterator[str]:
    said: dict[int, list[str]] = defaultdict(list)
    for identifier, body in _of_candidates(run, "candidate.proposed"):
        said[identifier].append(body["digest"])
    needed: set[bytes] = set()
    rows = CandidateEdit.objects.filter(of_run(run.pk)).order_by("pk").values().iterator(chunk_size=CHUNK)
    for some in batched(rows, CHUNK):
        contents = {row["id"]: _contents_of(row) for row in some}
        sizes = content.sizes({name for names in contents.values() for name in names})
        needed |= sizes.keys()
        for row in some:
            tick(1)
            where = f"candidate {row['id'] % NUMBERS} of run {run.number}"
            if said.pop(row["id"], []) != [digests.candidate(row)]:
                yield f"{where} was changed or added"
            size = sum(sizes.get(name, 0) for name in contents[row["id"]])
            yield from (f"{where}{what}" for what in _misread(run, row, size))
    yield from (f"candidate {identifier % NUMBERS} of run {run.number} is gone" for identifier in said)
    yield from _contents(run, needed)


def _contents_of(row: Mapping[str, Any]) -> list[bytes]:
    try:
        return [bytes.fromhex(name) for name in decode(bytes(row["content"])).values()]
    except (AttributeError, TypeError, ValueError):  # tampered with: its digest tells
        return []


def _misread(run: Run, row: Mapping[str, Any], size: int) -> Iterator[str]:
    """What of a candidate's columns does not follow from what was recorded."""
    if digest(bytes(row["content"])) != bytes(row["content_digest"]):
        yield ": its content is not what its digest says"
    parents = decode(bytes(row["parents"]))["parents"]
    if row["base"] != (row_id(run.pk, parents[0]) if parents else None):
        yield " shows another base parent than it was made from"
    if row["size"] != size:
        yield " shows another size than its components have"


def _contents(run: Run, needed: set[bytes]) -> Iterator[str]:
    for chunk in batched(sorted(needed), CHUNK):
        yield from (f"run {run.number}: {what}" for what in content.damaged(chunk))


def _trajectories(run: Run, tick: Tick) -> Iterator[str]:
    said: dict[tuple[int, int, int, int], str] = {}
    for identifier, body in _of_candidates(run, "candidate.measured"):
        said[identifier, body["round"], body["position"], body["child"]] = body["digest"]
    for identifier, rows in _by_candidate(run, Trajectory):
        tick(len(rows))
        groups: dict[tuple[int, int, int, int], list[Body]] = defaultdict(list)
        for row in rows:
            groups[identifier, row["round"], row["position"], row["child"]].append(row)
        for place, group in groups.items():
            if said.pop(place, None) != digests.trajectories(group):
                where = f"candidate {identifier % NUMBERS} of run {run.number} in round {place[1] % NUMBERS}"
                yield f"the trajectories of {where} were changed"
    for identifier, *_ in said:
        yield f"trajectories of candidate {identifier % NUMBERS} of run {run.number} are gone"


def _verdicts(run: Run, tick: Tick) -> Iterator[str]:
    said: dict[int, list[str]] = defaultdict(list)
    for identifier, body in _of_candidates(run, "verdict.given"):
        said[identifier].append(body["digest"])
    judged: dict[int, str] = {}
    for identifier, rows in _by_candidate(run, Verdict):
        tick(len(rows))
        if said.pop(identifier, []) != [digests.verdict(row) for row in rows]:
            yield f"the verdicts on candidate {identifier % NUMBERS} of run {run.number} were changed"
        decisions = [row["decision"] for row in rows if row["decision"] in ("keep", "drop", "hold", "revert")]
        judged[identifier] = decisions[-1] if decisions else ""
    yield from (f"verdicts on candidate {identifier % NUMBERS} of run {run.number} are gone" for identifier in said)
    yield from _readings(run, judged)
    yield from _grades(run)


def _by_candidate(run: Run, model: type[Model]) -> Iterator[tuple[int, list[Body]]]:
    """(candidate id, its rows in the order in which they were recorded), candidate by candidate."""
    rows = model._default_manager.filter(of_run(run.pk, "candidate")).order_by("candidate", "pk").values()
    for identifier, group in groupby(rows.iterator(chunk_size=CHUNK), itemgetter("candidate_id")):
        yield identifier, [dict(row) for row in group]


def _readings(run: Run, judged: Mapping[int, str]) -> Iterator[str]:
    """The cached verdict of each candidate is its last one that judged it for the archive."""
    for identifier, verdict in (
        CandidateEdit.objects.filter(of_run(run.pk)).values_list("pk", "verdict").iterator(chunk_size=CHUNK)
    ):
        if verdict != judged.get(identifier, ""):
            where = f"candidate {identifier % NUMBERS} of run {run.number}"
            yield f"{where} shows the verdict {verdict!r}, its records say otherwise"


def _grades(run: Run) -> Iterator[str]:
    """What a contract came to is what the log says it came to when its candidate was judged."""
    said = {identifier: (body["word"], body["digest"]) for identifier, body in _of_candidates(run, "contract.graded")}
    kept = CandidateEdit.objects.filter(of_run(run.pk)).exclude(graded=b"").values_list("pk", "salt", "graded")
    for identifier, salt, graded in kept.iterator(chunk_size=CHUNK):
        is_now = (decode(bytes(graded)).get("word"), digests.grade(bytes(salt), bytes(graded)))
        if said.pop(identifier, None) != is_now:
            yield f"what the contract of candidate {identifier % NUMBERS} of run {run.number} came to was changed"
    for identifier in said:
        yield f"what the contract of candidate {identifier % NUMBERS} of run {run.number} came to is gone"


def _champion(project: Project) -> Iterator[str]:
    moves = Verdict.objects.filter(candidate__run__project=project, decision__in=("promote", "revert")).order_by("id")
    told = None
    for candidate, decision in moves.values_list("candidate_id", "decision"):
        if decision == "promote" or candidate == told:
            told = candidate if decision == "promote" else None
    if told != Project.objects.values_list("champion", flat=True).get(pk=project.pk):
        yield f"the champion of {project} is not the candidate that was promoted last"


def _commissions(run: Run) -> Iterator[str]:
    said = {body["commission"]: body["digest"] for body in _of_run(run, "commission.made")}
    rounds = Round.objects.filter(of_run(run.pk), commission__isnull=False)
    serving: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for served in rounds:
        serving[served.commission or 0].append((served.pk, served.kind))
    for made in Commission.objects.filter(run=run).order_by("pk"):
        if said.pop(made.pk, None) != digests.commission(made):
            yield f"commission {made.pk} of run {run.number} was changed or added"
        if serving.pop(made.pk, []) != ([] if made.served is None else [(made.served, made.kind)]):
            yield f"commission {made.pk} of run {run.number} was not served as it says"
    yield from (f"a round of run {run.number} serves a commission that there is not, {key}" for key in serving)
    yield from (f"commission {key} of run {run.number} is gone" for key in said)
