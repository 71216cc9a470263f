"""Edits as text components by name: a JSON object, or one fenced block each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from apps.engine.replies import json_in
from apps.engine.variation.text.bounds import bounded, few_enough
from apps.engine.variation.text.complaint import Complaint
from apps.engine.variation.text.fences import apart, blocks, fenced
from apps.engine.variation.text.labelled import by_path
from apps.engine.variation.text.naming import listed, named, open_paths
from apps.engine.variation.text.restored import rewritten

SHAPE = 'Send one JSON object, {"NAME": "the whole new text"}, or one fenced block under each name.'


@dataclass(frozen=True, slots=True)
class Parts:
    """The whole new text of one or more components, under their names.

    wanted are the paths of those that may be sent; () for all that may be edited. A JSON object may say more, such as a
    contract; what names no component is left alone as long as one does.
    """

    wanted: tuple[str, ...] = ()
    name: ClassVar[str] = "parts"

    def read(self, reply: str, texts: Mapping[str, str], edits: Mapping[str, str]) -> dict[str, str]:
        given = self._given(bounded(reply), texts, edits)
        edit = rewritten(given, texts, edits)
        for path in edit:
            if self.wanted and path not in self.wanted:
                raise Complaint(f"{path} is not what was asked for", f"Send {listed(self.wanted)}.")
        return edit

    def _given(self, reply: str, texts: Mapping[str, str], edits: Mapping[str, str]) -> dict[str, str]:
        found = blocks(reply)
        few_enough(len(found), "blocks")
        for told in (reply, *(block.text for block in found)):
            if parts := _named(json_in(told) if "{" in told else None, texts):
                return parts
        found = apart(found, texts)
        if not found:
            raise Complaint("the reply holds no component", SHAPE)
        mine = {path: mode for path, mode in edits.items() if path in (self.wanted or open_paths(texts, edits))}
        return {path: block.text for path, block in by_path(found, texts, mine).items()}

    def written(self, before: Mapping[str, str], after: Mapping[str, str]) -> str:
        changed = {path: after[path] for path in sorted(after) if after[path] != before[path]}
        return fenced(json.dumps(changed, indent=2, ensure_ascii=False), "json")


def _named(data: Any, texts: Mapping[str, str]) -> dict[str, str]:
    """The components that a JSON object names, also one level below; nothing where it names none."""
    if not isinstance(data, dict):
        return {}
    below = [value for value in data.values() if isinstance(value, dict)]
    for level in (data, *below):
        found = {path: level[key] for key in level if (path := named(key, texts)) is not None}
        if found:
            return {path: _text(path, value) for path, value in found.items()}
    return {}


def _text(path: str, value: Any) -> str:
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "\n".join(value)
    if not isinstance(value, str):
        raise Complaint(f"{path} is to be a text, not {type(value).__name__}", SHAPE)
    return value
