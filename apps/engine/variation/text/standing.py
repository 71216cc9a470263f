"""The last look at an edit that was read: it changes something, and only what may change."""

from collections.abc import Mapping

from apps.engine.variation.regions import RegionError, editable, outside_unchanged
from apps.engine.variation.text.bounds import LARGEST_TEXT, is_text
from apps.engine.variation.text.complaint import Complaint
from apps.engine.variation.text.lined import lines_of
from apps.engine.variation.text.naming import listed, open_paths


def standing(edit: Mapping[str, str], texts: Mapping[str, str], edits: Mapping[str, str]) -> dict[str, str]:
    """The files of the edit that differ from texts. Raises Complaint if none does, or one may not change so."""
    changed = {path: text for path, text in edit.items() if text != texts[path]}
    if not changed:
        raise Complaint("the edit changes nothing", "Send a text that differs from what was shown.")
    for path, text in changed.items():
        may_change(path, texts, edits)
        if not is_text(text):
            raise Complaint(f"{path} would hold characters that are no text", "Send Unicode text without NUL.")
        if len(text) > LARGEST_TEXT:
            raise Complaint(f"{path} would grow to {len(text):,} characters; at most {LARGEST_TEXT:,} are allowed")
        if not stays_inside(texts[path], text, edits[path]):
            raise outside(f"{path} would change", path, texts[path], edits[path])
    return changed


def may_change(path: str, texts: Mapping[str, str], edits: Mapping[str, str]) -> None:
    """Raises Complaint for a protected component."""
    if edits.get(path, "protected") == "protected":
        raise Complaint(f"{path} is protected", f"What may be edited: {listed(open_paths(texts, edits))}.")


def stays_inside(before: str, after: str, mode: str) -> bool:
    """outside_unchanged, but False where the markers of before do not pair up."""
    try:
        return outside_unchanged(before, after, mode)
    except RegionError:
        return False


def outside(what: str, path: str, text: str, mode: str) -> Complaint:
    """The complaint about a change outside of the regions, which says where they are."""
    return Complaint(
        f"{what} outside of the editable regions",
        f"Change only what stands between the EVOLVE-BLOCK-START and EVOLVE-BLOCK-END lines, "
        f"which stay as they are: {_places(text, mode)} of {path}.",
    )


def _places(text: str, mode: str) -> str:
    try:
        found = editable(text, mode)
    except RegionError:
        return "none, the markers do not pair up"
    spans = []
    for region in found[:10]:
        first = len(lines_of(text[: region.start])) + 1
        last = first + len(lines_of(region.of(text))) - 1
        spans.append(f"lines {first} to {last}" if last >= first else f"between lines {first - 1} and {first}")
    return ", ".join(spans) or "no line"
