"""Edits as the whole new text of a file, or of its editable region alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from apps.engine.variation.text.bounds import bounded, few_enough
from apps.engine.variation.text.complaint import Complaint
from apps.engine.variation.text.fences import Block, apart, blocks, fenced
from apps.engine.variation.text.labelled import by_path
from apps.engine.variation.text.naming import only
from apps.engine.variation.text.restored import rewritten


@dataclass(frozen=True, slots=True)
class FullRewrite:
    """One fenced block per file; the line above a block, or the words behind its fence, name the file.

    A project's only editable file needs no name. A block may hold the file with its marker lines, or what stands
    between them alone.
    """

    name: ClassVar[str] = "rewrite"

    def read(self, reply: str, texts: Mapping[str, str], edits: Mapping[str, str]) -> dict[str, str]:
        reply = bounded(reply)
        told = blocks(reply)
        few_enough(len(told), "blocks")
        found = apart(told, texts) or _unfenced(reply, texts, edits)
        if not found:
            beside = " beside its contract" if told else ""
            raise Complaint(
                f"the reply holds no fenced block{beside}", "Send the whole new text between two lines of ```."
            )
        return rewritten({path: block.text for path, block in by_path(found, texts, edits).items()}, texts, edits)

    def written(self, before: Mapping[str, str], after: Mapping[str, str]) -> str:
        changed = (path for path in sorted(after) if after[path] != before[path])
        return "\n\n".join(f"{path}\n{fenced(after[path])}" for path in changed)


def _unfenced(reply: str, texts: Mapping[str, str], edits: Mapping[str, str]) -> list[Block]:
    """A reply that is the only file itself: it begins and ends like it."""
    path = only(texts, edits)
    own = texts[path].split() if path else []
    words = reply.split()
    if own and words and (words[0], words[-1]) == (own[0], own[-1]):
        return [Block("", (reply.strip("\r\n"),), ())]
    return []
