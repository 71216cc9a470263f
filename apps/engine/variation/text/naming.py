"""Which file a reply means, by what it calls it."""

import re
from collections.abc import Iterable, Mapping

from apps.engine.variation.text.complaint import Complaint

_DECORATION = re.compile(r"(?:^|(?<=\s))(?:file|path|filename|component|in)\s*:?\s+|[`*#=\"'<>()\[\]]", re.IGNORECASE)
_A_PATH = re.compile(r"[\w.-]*(?:[\w-]\.[A-Za-z]\w{0,7}|/[\w./-]+)")
_LONGEST_LABEL = 200


def named(label: str, paths: Iterable[str]) -> str | None:
    """The path that a label names: whole, or by its last parts where one path ends so; a lone word also without suffix.

    Labels are lines above a block or words behind a fence, with whatever decoration.
    """
    if len(label) > _LONGEST_LABEL:
        return None
    known = list(paths)
    words = [word.strip(",;:").removeprefix("./") for word in _undecorated(label)]
    for word in (label.strip(), *words):
        if found := _one(word, known, lone=len(words) == 1):
            return found
    return None


def _undecorated(label: str) -> list[str]:
    return _DECORATION.sub(" ", label).replace("\\", "/").split()


def _one(word: str, known: list[str], lone: bool) -> str | None:
    if word in known:
        return word
    if not word:
        return None
    beyond = max((path for path in known if word.endswith("/" + path)), key=len, default=None)
    if beyond:
        return beyond
    within = [path for path in known if path.endswith("/" + word)]
    stems = [path for path in known if path.rsplit("/", 1)[-1].rsplit(".", 1)[0] == word] if lone else []
    return next((fits[0] for fits in (within, stems) if len(fits) == 1), None)


def looks_like_a_path(label: str) -> bool:
    """Does the label consist of one name of a file?"""
    words = _undecorated(label) if len(label) <= _LONGEST_LABEL else []
    return len(words) == 1 and _A_PATH.fullmatch(words[0].rstrip(":")) is not None


def only(paths: Mapping[str, str], edits: Mapping[str, str]) -> str | None:
    """The one path that may be edited, if there is one."""
    free = open_paths(paths, edits)
    return free[0] if len(free) == 1 else None


def open_paths(paths: Mapping[str, str], edits: Mapping[str, str]) -> list[str]:
    """What may be edited, in order."""
    return [path for path in sorted(paths) if edits.get(path, "protected") != "protected"]


def unnamed(what: str, texts: Mapping[str, str], edits: Mapping[str, str]) -> Complaint:
    """The complaint about a block of which nobody knows what it is for."""
    return Complaint(f"{what} does not say which file it is for", f"Name one of: {listed(open_paths(texts, edits))}.")


def unknown(what: str, label: str, texts: Mapping[str, str], edits: Mapping[str, str]) -> Complaint:
    """The complaint about a name that no component has."""
    return Complaint(
        f"{what} is for {label.strip()[:_LONGEST_LABEL]!r}, which is no component of this project",
        f"What may be edited: {listed(open_paths(texts, edits))}.",
    )


def listed(names: Iterable[str], most: int = 20) -> str:
    """Names for a message."""
    found = list(names)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more if found else "nothing"
