"""What a prompt shows: programs, measurements, lessons, what people want. Each is fenced, for none of it is trusted."""

from collections.abc import Mapping, Sequence

from apps.engine.prompting.budget import ALWAYS, Section
from apps.engine.records import Chosen, Shown
from apps.engine.variation.text.fences import fenced

LONGEST = 2_000  # characters of one field of a measurement
LONGEST_FIXED = 8_000  # characters of a file that may not be changed
MOST_FILES = 50  # files of which a list is made

HINTS, FEEDBACK, LESSONS, OTHERS, DIVERSE = 1, 2, 3, 4, 5  # priorities: smaller ones are served first


def parent(chosen: Chosen, edits: Mapping[str, str]) -> Section:
    """The program that is to be changed: always shown, all files of which something may be changed, whole."""
    return Section("The program to change", (_program("It", chosen, edits),), ALWAYS)


def surroundings(chosen: Chosen, edits: Mapping[str, str]) -> Section:
    """The files of the program that may not be changed, the shorter first."""
    fixed = sorted((len(text), path) for path, text in chosen.texts.items() if not _is_open(path, edits))
    pieces = (_file(path, clipped(chosen.texts[path], LONGEST_FIXED)) for _, path in fixed)
    return Section("What it works with and cannot be changed", tuple(pieces), LESSONS)


def programs(name: str, chosen: Sequence[Chosen], edits: Mapping[str, str], priority: int = OTHERS) -> Section:
    """Other programs, for example inspirations, top or diverse ones: what of them may be edited. One piece each."""
    return Section(name, tuple(_program(f"Program {each.number}", each, edits) for each in chosen), priority)


def other_parent(chosen: Chosen, edits: Mapping[str, str]) -> Section:
    """The program that a crossover takes from. Always shown."""
    return Section("Other parent", (_program(f"Program {chosen.number}", chosen, edits),), ALWAYS)


def feedback(shown: Sequence[Shown], name: str = "How it was measured") -> Section:
    """Measurements: task, score, failure, and what there is of input, output and feedback. One piece each."""
    return Section(name, tuple(map(_measurement, shown)), FEEDBACK)


def scores(shown: Sequence[Shown], name: str = "Scores by task") -> Section:
    """One line per measurement."""
    return Section(name, tuple(map(_line, shown)), FEEDBACK)


def lessons(texts: Sequence[str], name: str = "What was learnt before") -> Section:
    """Lessons, a scratchpad, recommendations: what a model wrote earlier."""
    return Section(name, tuple(map(fenced, filter(None, texts))), LESSONS)


def hints(texts: Sequence[str]) -> Section:
    """What people want this round to heed, word for word: the only section that is to be obeyed."""
    return Section("What the people in charge ask of you", tuple(f"- {text}" for text in texts), HINTS, tuple(texts))


def note(name: str, text: str, priority: int = LESSONS) -> Section:
    """Any other text, fenced."""
    return Section(name, (fenced(text),), priority)


def editable_files(edits: Mapping[str, str]) -> str:
    """What may be edited, for the part of a prompt that stays the same."""
    lines = []
    for path in sorted(edits)[:MOST_FILES]:
        match edits[path]:
            case "whole":
                lines.append(f"- {path}: all of it")
            case "regions":
                lines.append(f"- {path}: only the lines between EVOLVE-BLOCK-START and EVOLVE-BLOCK-END")
    return "What may be changed:\n" + "\n".join(lines) if lines else "Nothing may be changed."


def clipped(text: str, most: int = LONGEST) -> str:
    """The beginning and the end of a text that is too long, and how much is missing between."""
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]}\n[… {len(text) - 2 * half:,} characters left out …]\n{text[-half:]}"


def _program(what: str, chosen: Chosen, edits: Mapping[str, str]) -> str:
    score = "no score yet" if chosen.score is None else f"score {chosen.score:.6g}"
    files = (_file(path, chosen.texts[path]) for path in sorted(chosen.texts) if _is_open(path, edits))
    return "\n".join([f"{what} has {score}.", *files])


def _is_open(path: str, edits: Mapping[str, str]) -> bool:
    return edits.get(path, "protected") != "protected"


def _file(path: str, text: str) -> str:
    return f"{path}\n{fenced(text, _language(path))}"


def _measurement(shown: Shown) -> str:
    fields = {"Input": shown.input, "Expected": shown.expected, "Output": shown.output, "Feedback": shown.feedback}
    told = (f"{name}:\n{fenced(clipped(text))}" for name, text in fields.items() if text)
    return "\n".join([_line(shown), *told])


def _line(shown: Shown) -> str:
    score = "failed" if shown.score is None else f"score {shown.score:.6g}"
    return f"Task {shown.task!r}: {score}" + (f" ({shown.failure})" if shown.failure else "")


def _language(path: str) -> str:
    suffix = path.rsplit(".", 1)[-1]
    return suffix if suffix != path and suffix.isalnum() and len(suffix) <= 8 else ""
