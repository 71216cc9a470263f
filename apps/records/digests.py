"""The bytes of records that the log vouches for: one place, used when writing and when verifying."""

from collections.abc import Iterable, Mapping
from typing import Any

from apps.engine.canonical import digest, encode
from apps.log.chain import salted
from apps.records.models import Commission, Run

NOTHING = b"{}"


def started(run: Run) -> dict[str, Any]:
    """What the log says of a run when it starts; plain, for there is nothing in it that anybody wrote."""
    told: dict[str, Any] = {
        "run": run.pk,
        "uuid": str(run.uuid),
        "method": run.method,
        "parameters": digest(bytes(run.parameters)).hex(),
        "seed": run.seed,
        "candidates": run.candidates,
        "seconds": run.seconds,
        "parallel": run.parallel,
        "waiting_limit": run.waiting_limit,
        "baseline_of": run.baseline_of_id,
        "protocol": bytes(run.protocol.digest).hex(),
        "code": bytes(run.code).hex(),
        "options": digest(bytes(run.options)).hex(),
    }
    if (axes := bytes(run.axes)) != NOTHING:
        told["axes"] = digest(axes).hex()
    # Only where there are any: what was logged before there were models still holds.
    for name, kept in (("models", run.ensembles), ("wording", run.wording)):
        if (said := bytes(kept)) != NOTHING:
            told[name] = digest(said).hex()
    if (contracts := bytes(run.contracts)) != NOTHING:
        told["contracts"] = digest(contracts).hex()
    if run.origin is not None:
        told["origin"] = run.origin
    return told


def ended(run: int, state: str, result: bytes | memoryview | None) -> dict[str, Any]:
    """What the log says of a run when it ends: its state, and a digest of its numbers."""
    return {"run": run, "state": str(state), "result": digest(bytes(result or b"")).hex()}


def candidate(row: Mapping[str, Any]) -> str:
    """Salted digest of a candidate edit's recorded fields."""
    parts = [row["id"], row["round_id"], *(bytes(row[name]).hex() for name in ("content_digest",))]
    texts = [bytes(row[name]) for name in ("parents", "content", "authors", "contract")]
    if (traits := bytes(row["traits"])) != NOTHING:
        texts.append(traits)  # last, and only where there are any: what was logged before there were traits still holds
    return salted(bytes(row["salt"]), encode(parts) + b"\n".join(texts))


def grade(salt: bytes, graded: bytes) -> str:
    """Salted digest of what a candidate's contract came to; salt is the candidate's."""
    return salted(salt, graded)


def trajectories(rows: Iterable[Mapping[str, Any]]) -> str:
    """Digest over the salted digests of one measurement's trajectories, in the order in which they were recorded."""
    return digest("".join(trajectory(row) for row in rows).encode()).hex()


def trajectory(row: Mapping[str, Any]) -> str:
    """Salted digest of a trajectory's recorded fields."""
    names = (
        "candidate_id",
        "task_id",
        "round",
        "position",
        "child",
        "protocol_id",
        "repeat",
        "seed",
        "score",
        "failure",
        "seconds",
        "cpu_seconds",
    )
    return salted(
        bytes(row["salt"]), encode([row[name] for name in names]) + bytes(row["report"]) + b"\n" + bytes(row["output"])
    )


def verdict(row: Mapping[str, Any]) -> str:
    """Salted digest of a verdict."""
    words = [row["candidate_id"], row["decision"], row["by"], row["why"], bytes(row["content_digest"]).hex()]
    return salted(bytes(row["salt"]), encode(words))


def commission(made: Commission) -> str:
    """Salted digest of what a person asked a run for."""
    return salted(bytes(made.salt), encode([made.run_id, made.kind, made.candidate, made.by]) + bytes(made.asked))


def journal(kind: str, outcome: bytes | memoryview | None, rows: Iterable[Mapping[str, Any]]) -> str:
    """Digest of a round's kind, outcome and journal rows, sorted by position and child."""
    parts = [encode(kind), bytes(outcome or b"")]
    for row in sorted(rows, key=lambda row: (row["position"], row["child"])):
        head = encode([row["position"], row["child"], row["kind"], row["state"], row["revision"], row["candidate"]])
        parts.append(b"\n".join([head, bytes(row["asked"]), bytes(row["ran"] or b""), bytes(row["answer"] or b"")]))
    return digest(b"\n".join(parts)).hex()
