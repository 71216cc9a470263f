"""Which fenced block is for which file."""

from collections.abc import Mapping, Sequence

from apps.engine.variation.text.complaint import Complaint
from apps.engine.variation.text.fences import Block
from apps.engine.variation.text.naming import listed, looks_like_a_path, named, open_paths, unknown, unnamed

_LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "py": ("python", "python3"),
    "md": ("markdown", "text", "txt"),
    "txt": ("text",),
    "js": ("javascript",),
    "ts": ("typescript",),
    "rs": ("rust",),
    "yml": ("yaml",),
    "sh": ("bash", "shell"),
    "jl": ("julia",),
    "cpp": ("c++",),
}


def by_path(found: Sequence[Block], texts: Mapping[str, str], edits: Mapping[str, str]) -> dict[str, Block]:
    """The block of each file that the reply names; the blocks that it does not name, if they can be for one file only.

    Raises Complaint where a file has two different blocks, or nobody knows what a block is for.
    """
    labels = [_label(number, block, texts, edits) for number, block in enumerate(found, 1)]
    if not any(labels):
        return dict([_nameless(found, texts, edits)])
    chosen: dict[str, Block] = {}
    for path, block in zip(labels, found, strict=True):
        if path and path in chosen and chosen[path].text != block.text:
            raise Complaint(f"the reply holds two blocks for {path}", "Send one block per file.")
        if path:
            chosen[path] = block
    return chosen


def _label(number: int, block: Block, texts: Mapping[str, str], edits: Mapping[str, str]) -> str | None:
    words = block.info.replace(":", " ")
    path = named(words, texts) if "." in words or words in texts else None
    if path:
        return path
    told = [line for line in block.before if line.strip()]
    if not told:
        return None
    path = named(told[-1].strip(), texts)
    if path:
        return path
    if looks_like_a_path(told[-1].strip()):
        raise unknown(f"block {number}", told[-1], texts, edits)
    return None


def _nameless(found: Sequence[Block], texts: Mapping[str, str], edits: Mapping[str, str]) -> tuple[str, Block]:
    """The one block that fits the one file that may be edited."""
    free = open_paths(texts, edits)
    if len(free) != 1:
        raise unnamed("the reply", texts, edits)
    (path,) = free
    for fits in (list(found), [block for block in found if _is_marked(block)], [b for b in found if _speaks(b, path)]):
        if len(fits) == 1:
            return path, fits[0]
    raise Complaint(
        f"the reply holds {len(found)} blocks and does not say which is the new text of {listed([path])}",
        "Send one block.",
    )


def _is_marked(block: Block) -> bool:
    return any("EVOLVE-BLOCK-START" in line for line in block.lines)


def _speaks(block: Block, path: str) -> bool:
    """Is the block in the file's language?"""
    suffix = path.rsplit(".", 1)[-1].lower()
    return block.info.split(" ")[0].lower() in (suffix, *_LANGUAGES.get(suffix, ()))
