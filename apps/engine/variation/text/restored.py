"""A file's new text, made of what a reply gives of it: all of it, or its editable regions alone."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from apps.engine.variation.regions import Region, RegionError, newline, regions
from apps.engine.variation.splices import Splice, spliced
from apps.engine.variation.text.complaint import Complaint
from apps.engine.variation.text.lined import bare_lines, few, in_the_style_of, lines_of
from apps.engine.variation.text.standing import may_change, standing, stays_inside

WHOLE_OR_REGION = (
    "Send the whole file with its EVOLVE-BLOCK lines and with everything outside of them as it was, "
    "or what stands between them alone."
)


def rewritten(given: Mapping[str, str], texts: Mapping[str, str], edits: Mapping[str, str]) -> dict[str, str]:
    """The new texts, of what a reply gives of each file. A file that is given as it was counts for nothing.

    Raises Complaint as restored and standing do.
    """
    edit = {}
    for path, told in given.items():
        if in_the_style_of(told, texts[path]) != texts[path]:
            may_change(path, texts, edits)
            edit[path] = restored(path, told, texts[path], edits[path])
    return standing(edit, texts, edits)


def restored(path: str, given: str, text: str, mode: str) -> str:
    """The new text of a file. What lies outside of the regions is the old text's to the last character.

    Raises Complaint where given holds something else there, and where it cannot be told what is a region's.
    """
    told = in_the_style_of(given, text)
    if mode != "regions" or stays_inside(text, told, mode):
        return told
    try:
        old = regions(text)
    except RegionError as error:
        raise Complaint(f"{path}: {error}") from None
    try:
        new = regions(told)
    except RegionError as error:
        raise Complaint(f"the markers in the new text of {path} do not pair up: {error}", WHOLE_OR_REGION) from None
    bodies = _marked(path, told, new, text, old) if new else [_unmarked(path, told, text, old)]
    return spliced(text, [Splice(at, _ended(body, at, text)) for at, body in zip(old, bodies, strict=True)])


def _marked(path: str, told: str, new: Sequence[Region], text: str, old: Sequence[Region]) -> list[str]:
    """The regions of a text that has them; beside them it holds what the old one holds, or nothing."""
    if len(new) != len(old):
        raise Complaint(f"the new text of {path} has {len(new)} regions, not {len(old)}", WHOLE_OR_REGION)
    there, here = _outside(told, new), _outside(text, old)
    if there and there != here:
        differs = _first(there, here)
        raise Complaint(f"the new text of {path} changes what is outside of its regions: {differs}", WHOLE_OR_REGION)
    return [region.of(told) for region in new]


def _unmarked(path: str, told: str, text: str, old: Sequence[Region]) -> str:
    """The one region of a text that lost its marker lines."""
    if len(old) != 1:
        raise Complaint(f"the new text of {path} lacks the lines that mark its {len(old)} regions", WHOLE_OR_REGION)
    above = _told(text[: old[0].start])
    below = _told(text[old[0].end :])
    lines = lines_of(told)
    full = [(row, line.strip()) for row, line in enumerate(lines) if line.strip()]
    said = [line for _, line in full]
    if said[: len(above)] == above and said[len(said) - len(below) :] == below and len(said) >= len(above) + len(below):
        first = full[len(above) - 1][0] + 1 if above else 0
        last = full[len(said) - len(below)][0] if below else len(lines)
        return "".join(_full(lines[first:last]))
    if repeated := {line for line in (*above, *below) if len(line) > 3} & set(said):
        raise Complaint(
            f"the new text of {path} lacks its EVOLVE-BLOCK lines and repeats some of what is outside of them, "
            f"as {few([min(repeated)])!r}",
            WHOLE_OR_REGION,
        )
    return told


def _full(lines: Sequence[str]) -> Sequence[str]:
    """The lines from the first to the last that is not blank."""
    full = [row for row, line in enumerate(lines) if line.strip()]
    return lines[full[0] : full[-1] + 1] if full else []


def _outside(text: str, inside: Sequence[Region]) -> list[str]:
    """The lines outside of the regions and without markers, blank ones aside, as they are told apart here."""
    starts = [0, *(region.end for region in inside)]
    ends = [*(region.start for region in inside), len(text)]
    return [line for start, end in zip(starts, ends, strict=True) for line in _told(text[start:end])]


def _told(text: str) -> list[str]:
    return [line.strip() for line in bare_lines(text) if line.strip() and "EVOLVE-BLOCK-" not in line]


def _first(there: Sequence[str], here: Sequence[str]) -> str:
    """The first line that differs, for a message."""
    for new, old in zip_longest(there, here):
        if new is None:
            return f"{few([old])!r} is missing"
        if old is None:
            return f"{few([new])!r} is new"
        if new != old:
            return f"{few([new])!r} in the place of {few([old])!r}"
    return ""


def _ended(body: str, at: Region, text: str) -> str:
    """A region's text ends its last line: the marker has a line of its own."""
    return body if not body or body.endswith(("\n", "\r")) else body + newline(text)
