"""The tokens that matter for what a program does: without blanks, comments and the names that it gives itself."""

import keyword
import re
from collections.abc import Iterator

LARGEST = 200_000  # characters of one text that are read
_WORDS = re.compile(r"\w+")
_PROSE = ("md", "txt", "rst", "prompt", "html")
_HASH = ("py", "pyi", "rb", "sh", "r", "jl", "yaml", "yml", "toml")
# fmt: off
_KEYWORDS = frozenset((
    *keyword.kwlist, *keyword.softkwlist,
    "auto", "bool", "case", "catch", "char", "const", "delete", "do", "double", "enum", "false", "fn", "float",
    "foreach", "func", "function", "goto", "impl", "int", "interface", "let", "long", "loop", "mut", "new",
    "null", "private", "pub", "public", "return", "short", "static", "struct", "switch", "template", "this",
    "throw", "true", "typedef", "typename", "union", "unsigned", "use", "using", "var", "void", "volatile",
    "where", "end", "begin", "then",
))
# fmt: on
_STRING = r"\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?"  # an open one ends with its line: linear on any text
_TOKEN = r"(?P<name>[^\W\d]\w*+)|(?P<number>\d[\w.]*+)|(?P<other>[^\s\w])"
_OF_HASH = re.compile(rf"(?P<comment>#[^\n]*+)|(?P<string>{_STRING})|{_TOKEN}")
_OF_SLASHES = re.compile(rf"(?P<comment>//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?)|(?P<string>{_STRING})|{_TOKEN}")
_DEFINED = re.compile(r"\b(?:def|class|fn|func|function|struct|int|long|float|double|bool|char|void|auto)\s++(\w++)")


def tokens(path: str, text: str) -> list[str]:
    """Words in small letters of prose; of code its tokens, where all names that the text gives itself are one.

    What is known by name from elsewhere, a method or a function that is called and not defined here, keeps its name.
    """
    text = text[:LARGEST]
    suffix = path.rsplit(".", 1)[-1].lower()
    if suffix in _PROSE:
        return _WORDS.findall(text.casefold())
    return list(_code(text, _OF_HASH if suffix in _HASH else _OF_SLASHES))


def _code(text: str, language: re.Pattern[str]) -> Iterator[str]:
    defined = set(_DEFINED.findall(text))
    before = ""
    for found in language.finditer(text):
        token = found[0]
        if found.lastgroup == "comment":
            continue
        if found.lastgroup == "name" and token not in _KEYWORDS:
            called = text.startswith("(", found.end()) and token not in defined
            token = token if called or before == "." else "name"
        yield token
        before = token
