"""What a reply in words holds: its words, its code."""

import re
import unicodedata

_FENCE = re.compile(r"^[ \t]*```([^\n`]*)\n(.*?)(?:^[ \t]*```[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"[\w'’-]*\w[\w'’-]*")


def words_of(text: str) -> list[str]:
    """The words, in small letters and one form of Unicode (NFKC), without punctuation around them."""
    return [word.strip("'’-") for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold())]


def code_in(reply: str, *languages: str) -> str:
    """The first fenced block that says it is in one of the languages, else the first one, else the whole reply."""
    blocks = _FENCE.findall(reply)
    named = [code for language, code in blocks if language.strip().lower() in languages]
    return str((named or [code for _, code in blocks] or [reply])[0])
