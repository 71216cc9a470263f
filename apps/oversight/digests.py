"""The bytes of people's records that the log vouches for: one place, used when writing and when verifying."""

from apps.engine.canonical import encode
from apps.log.chain import salted
from apps.oversight.models import Answer, Comment


def answer(said: Answer) -> str:
    """Salted digest of an answer's recorded fields."""
    seen = bytes(said.seen).hex()
    words = [said.effect_id, said.revision, seen, said.decision, said.reason, said.person_id, said.key]
    more = [bytes(said.details).decode(), said.to_id, said.withdraws_id]
    # An answer that has nothing more is digested as it was when there was nothing more to have.
    return salted(bytes(said.salt), encode(words if more == ["{}", None, None] else words + more))


def comment(made: Comment) -> str:
    """Salted digest of a comment's recorded fields."""
    return salted(bytes(made.salt), encode([made.candidate_id, made.person_id, made.text, made.key]))
