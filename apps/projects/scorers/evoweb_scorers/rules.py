"""Rules that a reply has to follow, each decided by a few lines of Python; no model is asked.

The kinds are those of IFEval (Zhou et al., Instruction-Following Evaluation for Large Language Models, 2023), all but
the one that needs to tell languages apart; what follows is written from their description. `least` and `most` are
inclusive, and each may be left out.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .replies import code_in, words_of
from .verdicts import Verdict, verdict

Rule = Mapping[str, Any]

_SENTENCE = re.compile(r"[^.!?…]*\w[^.!?…]*(?:[.!?…]+[\"')\]]*|\Z)")
_BULLET = re.compile(r"^\s*(?:[*•+]|-(?!-))\s+\S", re.MULTILINE)
_HIGHLIGHT = re.compile(r"(?<!\*)\*[^*\n]*\w[^*\n]*\*(?!\*)|\*\*[^*\n]*\w[^*\n]*\*\*")
_ABBREVIATION = re.compile(r"\b(?:[A-Za-z]\.){2,}|\b(?:Mr|Mrs|Ms|Dr|Prof|St|vs|etc|No)\.|(?<=\d)\.(?=\d)")
_DIVIDER = re.compile(r"\s*^\s*\*{3}\s*$\s*", re.MULTILINE)


def rules(output: object, asked: Sequence[Rule]) -> Verdict:
    """Right where the reply follows every rule; metrics["followed"] is the share that it follows.

    A rule is {"rule": name, ...} with what docs/scorers.md lists. Raises KeyError for an unknown one.
    """
    if not isinstance(output, str):
        return verdict(False, f"a text was expected, not a {type(output).__name__}", followed=0.0)
    broken = [rule for rule in asked if not followed(output, rule)]
    share = 1 - len(broken) / max(1, len(asked))
    return verdict(not broken, "; ".join(f"not followed: {_words(rule)}" for rule in broken), followed=share)


def followed(text: str, rule: Rule) -> bool:
    """Whether the text follows one rule."""
    return bool(text.strip()) and RULES[rule["rule"]](text, rule)


def _words(rule: Rule) -> str:
    details = ", ".join(f"{name} {value}" for name, value in rule.items() if name != "rule")
    return f"{rule['rule']} ({details})" if details else str(rule["rule"])


def _within(count: int, rule: Rule) -> bool:
    return bool(rule.get("least", 0) <= count <= rule.get("most", count))


def _count(text: str, phrase: str) -> int:
    """How often a word or phrase is said, whatever the case; not as a part of longer words."""
    return len(re.findall(rf"(?<!\w){re.escape(phrase)}(?!\w)", text, re.IGNORECASE))


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text))


def paragraphs_of(text: str, divider: str = "") -> list[str]:
    """Paragraphs that hold anything: between blank lines, or between lines of three stars where divider is "***"."""
    pieces = _DIVIDER.split(text) if divider == "***" else re.split(r"\n\s*\n", text)
    return [piece.strip() for piece in pieces if piece.strip()]


def sentences_of(text: str) -> list[str]:
    """Sentences, by their punctuation; initials, common abbreviations and decimal points end none."""
    return [found.strip() for found in _SENTENCE.findall(_ABBREVIATION.sub(lambda at: at[0].replace(".", "_"), text))]


def _keywords(text: str, rule: Rule) -> bool:
    return all(_within(_count(text, word), {"least": 1, **_bounds(rule)}) for word in rule["words"])


def _bounds(rule: Rule) -> dict[str, Any]:
    if "most" in rule and "least" not in rule:
        return {"least": 0, "most": rule["most"]}
    return {name: rule[name] for name in ("least", "most") if name in rule}


def _is_json(text: str, _: Rule) -> bool:
    try:
        json.loads(code_in(text, "json"))
    except (ValueError, RecursionError):
        return False
    return True


def _sections(text: str, rule: Rule) -> bool:
    found = re.findall(rf"^\W*{re.escape(rule['word'])}\s+\w+", text, re.MULTILINE)
    return _within(len(found), rule)


def _paragraph_starts(text: str, rule: Rule) -> bool:
    pieces = paragraphs_of(text)
    at = rule["paragraph"]
    return 0 < at <= len(pieces) and words_of(pieces[at - 1])[:1] == words_of(rule["word"])


def _postscript(text: str, rule: Rule) -> bool:
    marker = rule.get("marker", "P.S.").rstrip(".")
    return bool(re.search(rf"^\s*\W*{re.escape(marker)}", text, re.MULTILINE | re.IGNORECASE))


def _two_answers(text: str, _: Rule) -> bool:
    pieces = [piece.strip() for piece in text.split("******")]
    return len(pieces) == 2 and all(pieces) and pieces[0] != pieces[1]


def _ends(text: str, rule: Rule) -> bool:
    return text.strip().strip('"').rstrip().casefold().endswith(rule["phrase"].strip().casefold())


def _begins(text: str, rule: Rule) -> bool:
    return text.strip().casefold().startswith(rule["phrase"].strip().casefold())


def _quoted(text: str, _: Rule) -> bool:
    bare = text.strip()
    return len(bare) > 1 and bare[0] == bare[-1] == '"'


def _capital_words(text: str, rule: Rule) -> bool:
    return _within(sum(word.isupper() for word in re.findall(r"[^\W\d_][\w'’-]*", text)), rule)


def _one_of(text: str, rule: Rule) -> bool:
    return any(option.casefold() in text.casefold() for option in rule["options"])


RULES: dict[str, Callable[[str, Rule], bool]] = {
    "words": lambda text, rule: _within(len(words_of(text)), rule),
    "sentences": lambda text, rule: _within(len(sentences_of(text)), rule),
    "paragraphs": lambda text, rule: _within(len(paragraphs_of(text, rule.get("divider", ""))), rule),
    "paragraph starts": _paragraph_starts,
    "keywords": _keywords,
    "forbidden": lambda text, rule: not any(_count(text, word) for word in rule["words"]),
    "letter": lambda text, rule: _within(text.casefold().count(rule["letter"].casefold()), rule),
    "capital words": _capital_words,
    "upper case": lambda text, _: _letters(text).isupper(),
    "lower case": lambda text, _: _letters(text).islower(),
    "no comma": lambda text, _: "," not in text,
    "json": _is_json,
    "bullets": lambda text, rule: _within(len(_BULLET.findall(text)), rule),
    "highlights": lambda text, rule: _within(len(_HIGHLIGHT.findall(text)), rule),
    "sections": _sections,
    "title": lambda text, _: bool(re.search(r"<<[^\n>]*\w[^\n>]*>>", text)),
    "placeholders": lambda text, rule: _within(len(re.findall(r"\[[^\[\]\n]+\]", text)), rule),
    "postscript": _postscript,
    "begins": _begins,
    "ends": _ends,
    "quoted": _quoted,
    "two answers": _two_answers,
    "one of": _one_of,
}
