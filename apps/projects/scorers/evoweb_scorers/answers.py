"""Short answers: the same words, the last number, the letter of a choice."""

import math
import re
import unicodedata
from collections.abc import Sequence

from .replies import words_of
from .verdicts import Verdict, verdict

_ARTICLES = ("a", "an", "the")
_NUMBER = re.compile(r"(?:(?<![\w.)])[-+−])?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+|(?<=\d)\.?)(?:[eE][-+]?\d+)?")
_SAID = re.compile(r"\b(?:answer|option|choice)\b\W*(?:is|:|=)?\W*\(?([A-Za-z])\b\)?")
_LONGEST_NUMBER = 400


def exact(output: object, expected: str | Sequence[str]) -> Verdict:
    """Right where the reply is one of the expected texts, compared by words: no case, punctuation, articles, spaces."""
    if not isinstance(output, str):
        return _no_text(output)
    wanted = [expected] if isinstance(expected, str) else list(expected)
    right = _plain(output) in [_plain(text) for text in wanted]
    return verdict(right, "" if right else "another answer was expected")


def numeric(output: object, expected: float | str, tolerance: float = 1e-9) -> Verdict:
    """Right where the last number of the reply is the expected one, relative to its size; "1,200.50" is one number.

    A candidate that returns a number instead of text is taken at that.
    """
    number = last_number(str(output)) if isinstance(output, (int, float, str)) else None
    if isinstance(output, bool) or number is None:
        return verdict(False, "the reply holds no number")
    wanted = last_number(str(expected))
    if wanted is None:
        raise ValueError(f"{expected!r} is no number")
    right = math.isclose(number, wanted, rel_tol=tolerance, abs_tol=tolerance)
    return verdict(right, "" if right else f"another number than {number:.15g} was expected")


def choice(output: object, expected: str, options: str = "ABCDE") -> Verdict:
    """Right where the reply settles on the expected letter: as "answer is (B)", else by a letter that stands alone."""
    if not isinstance(output, str):
        return _no_text(output)
    letter = _chosen(output, options)
    if not letter:
        return verdict(False, f"the reply names none of {', '.join(options)}")
    right = letter == expected.strip().strip("()").upper()
    return verdict(right, "" if right else f"another choice than {letter} was expected")


def last_number(text: str) -> float | None:
    """The last number that the text names, without thousands separators; None where there is none that is finite."""
    found = [match for match in _NUMBER.findall(unicodedata.normalize("NFKC", text)) if match.strip("-+−.")]
    if not found or len(found[-1]) > _LONGEST_NUMBER:
        return None
    number = float(found[-1].replace(",", "").replace("−", "-"))
    return number if math.isfinite(number) else None


def _plain(text: str) -> list[str]:
    return [word for word in words_of(text) if word not in _ARTICLES] or text.split()


def _chosen(text: str, options: str) -> str:
    said = [letter for letter in _SAID.findall(text) if letter.upper() in options]
    if said:
        return str(said[-1]).upper()
    lone = [letter for letter in re.findall(r"(?<![\w'’])\(?([A-Z])\)?(?![\w'’])", text) if letter in options]
    starts = re.match(r"[\W_]*([A-Za-z])(?:[).:]|[\W_]*$)", text)
    if starts and starts[1].upper() in options:
        return starts[1].upper()
    return lone[-1] if lone else ""


def _no_text(output: object) -> Verdict:
    return verdict(False, f"a text was expected, not a {type(output).__name__}")
