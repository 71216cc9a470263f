"""The closed lists of oversight: what may be answered, where, and what needs a reason."""

DECISIONS = ("approve", "reject", "request changes", "measure more", "edit", "escalate", "defer")
WITHDRAW = "withdraw"
# These change nothing of the effect: they take hold at once and need no undo window.
NOTED = ("escalate", "defer", WITHDRAW)
NEEDS_REASON: dict[str, str] = {
    "reject": "A rejection needs a reason: it is what the next author learns from.",
    "request changes": "Say what is to change: it is the hint that the next attempt gets.",
    "escalate": "Say why somebody else should decide.",
}
MOST_REPEATS = 20
LONGEST_REASON = 4_000  # characters

_ALWAYS = ("escalate", "defer")
_AFTER_MEASUREMENT = ("approve", "reject", "request changes", "measure more", "edit", *_ALWAYS)
_QUESTION = ("approve", "reject", "request changes", "edit", *_ALWAYS)
_OFFERED: dict[tuple[str, str], tuple[str, ...]] = {
    ("ask", "before"): _QUESTION,
    ("ask", "after"): _QUESTION,
    ("propose", "after"): ("approve", "reject", "request changes", "edit", *_ALWAYS),
    ("measure", "after"): _AFTER_MEASUREMENT,
    ("judge", "after"): _AFTER_MEASUREMENT,
    ("promote", "before"): _AFTER_MEASUREMENT,
}


def offered(kind: str, when: str, *, repeatable: bool) -> tuple[str, ...]:
    """What may be answered to an effect of a kind that is held "before" or "after" it was carried out."""
    known = _OFFERED.get((kind, when), ("approve", "reject", *_ALWAYS))
    return tuple(word for word in known if not (repeatable and word == "measure more"))


# What became of an answer, where it is not what its word says.
BECAME: dict[str, str] = {"withdrawn": "taken back", "void": "never took effect"}
# What each decision did, in a word; for messages and timelines.
SAID: dict[str, str] = {
    "approve": "Approved",
    "reject": "Rejected",
    "request changes": "Changes requested",
    "measure more": "More measurements asked for",
    "edit": "Edited",
    "escalate": "Escalated",
    "defer": "Deferred",
    WITHDRAW: "Taken back",
}
