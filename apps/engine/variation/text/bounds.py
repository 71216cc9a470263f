"""What a reply may measure before anything reads it: whoever wrote it is not trusted."""

from apps.engine.variation.text.complaint import Complaint

LARGEST_REPLY = 1_000_000  # characters
LONGEST_LINE = 200_000  # characters
MOST_BLOCKS = 200
LARGEST_TEXT = 1_000_000  # characters of one component
DEEPEST = 40  # levels of JSON


def bounded(reply: str) -> str:
    """The reply without a byte order mark. Raises Complaint for one that is too large, empty, or no text."""
    if len(reply) > LARGEST_REPLY:
        raise Complaint(
            f"the reply has {len(reply):,} characters; at most {LARGEST_REPLY:,} are read", "Send the edit alone."
        )
    reply = reply.removeprefix("\ufeff")
    if not reply.strip():
        raise Complaint("the reply is empty", "Send the edit in the form that was asked for.")
    if not is_text(reply):
        raise Complaint("the reply holds characters that are no text", "Send Unicode text without NUL.")
    if (longest := max(map(len, reply.splitlines()))) > LONGEST_LINE:
        raise Complaint(f"a line of the reply has {longest:,} characters; at most {LONGEST_LINE:,} are read")
    return reply


def few_enough(count: int, what: str) -> None:
    """Raises Complaint where there are more blocks than are read."""
    if count > MOST_BLOCKS:
        raise Complaint(f"the reply holds {count:,} {what}; at most {MOST_BLOCKS} are read", "Join neighbouring ones.")


def is_text(value: str) -> bool:
    """Valid Unicode without NUL: what every database and parser takes."""
    try:
        return b"\0" not in value.encode()
    except UnicodeEncodeError:
        return False
