"""Text that a candidate or a model wrote: hostile until shown otherwise. Escaping is the template's part."""

from unicodedata import category

FIRST_CHARACTERS = 20_000
# Control, format (bidirectional overrides, zero-width), private, surrogate, line and paragraph separators.
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def visible(text: str) -> str:
    """The text with every character that acts instead of showing replaced by one that shows."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) if _acts(character) else character for character in text)


def _acts(character: str) -> bool:
    return character not in "\n\t" and category(character) in _UNSEEN


def _shown(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"
