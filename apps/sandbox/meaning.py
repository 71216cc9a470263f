"""What each failure label says to a person: in plain words, and which limit it is about."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """One sentence of what happened, one of what to do; limit: the name in contract.Limits that was reached."""

    happened: str
    advice: str
    limit: str = ""


_MEANINGS = {
    "syntax": Meaning("The program is not valid Python.", "The message below names the line."),
    "no_entry": Meaning("The function that answers tasks is not there.", "The edit removed or renamed it."),
    "error": Meaning("The program raised an exception.", "The last line below says which, the lines above it where."),
    "timeout": Meaning(
        "It gave no answer in time and was ended.",
        "An endless loop, waiting for something, or simply too slow.",
        "wall_seconds",
    ),
    "cpu": Meaning(
        "It used up its processor time and was ended.",
        "An endless loop, or too much work for this limit.",
        "cpu_seconds",
    ),
    "memory": Meaning(
        "It asked for more memory than it may have.", "Something grows without end, or is too large.", "memory_mb"
    ),
    "crashed": Meaning("Its process died without an answer.", "It left by itself, or was killed by a signal."),
    "output_limit": Meaning("It returned or wrote more than it may.", "The answer or its files are too large."),
    "invalid_output": Meaning(
        "What it returned is no data.", "Answers are JSON: finite numbers, text, lists and objects with text keys."
    ),
    "incorrect": Meaning(
        "The evaluator says that this is no correct answer.", "It gave the reason below, and no score."
    ),
    "scorer_error": Meaning(
        "The project’s scorer failed on this answer.", "That is the scorer’s fault, not the candidate’s."
    ),
    "scorer_timeout": Meaning(
        "The project’s scorer took too long over this answer.", "That is the scorer’s fault, not the candidate’s."
    ),
    "prompt_refused": Meaning(
        "The model’s server does not take what it wants to ask.",
        "Too long for the model, or nothing that may be asked; the message below is the server’s.",
    ),
    "unmeasurable": Meaning(
        "It could not be measured: the sandbox, or the model that it is measured through, failed again and again.",
        "That is this installation’s fault; it still counts against the candidate.",
    ),
}
_UNKNOWN = Meaning("It failed.", "This version of evoweb does not know the label.")


def meaning(label: str) -> Meaning:
    """What a label of contract.FAILURES means."""
    return _MEANINGS.get(label, _UNKNOWN)
