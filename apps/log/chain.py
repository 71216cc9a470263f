"""The frozen format of a log entry: what is hashed, and how entries hang together."""

from dataclasses import dataclass
from typing import Any

from apps.engine.canonical import digest, encode

FORMAT = 1
GENESIS = bytes(32)
INSTALLATION = 0  # the chain of what belongs to no project: accounts, and who is an admin of everything

KINDS = frozenset(
    {
        "project.imported",
        "run.started",
        "run.extended",
        "run.finishing",
        "run.waits",
        "run.ended",
        "round.ended",
        "candidate.proposed",
        "candidate.measured",
        "verdict.given",
        "contract.graded",
        "gate.opened",
        "gate.claimed",
        "gate.freed",
        "gate.closed",
        "answer.given",
        "comment.made",
        "commission.made",
        "policy.changed",
        "mode.changed",
        "axes.changed",
        "evaluator.changed",
        "agreement.measured",
        "latch.set",
        "latch.released",
        "effect.reclaimed",
        "member.added",
        "member.changed",
        "member.removed",
        "invitation.made",
        "invitation.used",
        "invitation.revoked",
        "person.added",
        "person.deactivated",
        "person.reactivated",
        "admin.granted",
        "admin.withdrawn",
        "reset.made",
        "trial.asked",
        "trial.ended",
        "experiment.made",
        "experiment.paused",
        "experiment.resumed",
        "experiment.stopped",
        "experiment.ended",
        "experiment.counted",
        "model.latched",
        "model.released",
        "model.changed",
        "budget.set",
        "budget.noticed",
        "log.verified",
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened. `body` holds ids, closed-list words, numbers and digests only: never text that somebody wrote."""

    kind: str
    actor: str
    subject: str
    body: dict[str, Any]

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of log entry; the closed list is in apps/log/chain.py")


def salted(salt: bytes, content: bytes) -> str:
    """Digest of a record's content, hex: says nothing about the content once the salt is erased."""
    return digest(salt + content).hex()


def link(previous: bytes, position: tuple[int, int, int], entry: tuple[str, str, str], body: bytes) -> bytes:
    """Hash of an entry: over the previous hash, (project, sequence, at), (kind, actor, subject), and the body."""
    return digest(previous + encode([FORMAT, *position, *entry]) + body)
