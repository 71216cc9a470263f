"""Answers a question from the handbook: the page that shares most words with it, and of that page some sentences."""

import json
import re
from collections import Counter
from math import log
from pathlib import Path

SETTINGS = json.loads(Path(__file__).with_name("settings.json").read_text())
PAGES = json.loads(Path(__file__).with_name("handbook.json").read_text())

# fmt: off
STOP_WORDS = {
    "a", "an", "and", "are", "at", "be", "can", "do", "does", "for", "have", "how", "i", "if", "in", "is", "it", "me",
    "my", "of", "on", "that", "the", "there", "to", "up", "us", "we", "what", "with", "you", "your",
}
# fmt: on
SUFFIXES = ("ing", "ed", "es", "s")
GREETING = "Thank you for your question."
MOST = 6  # sentences


def words(text):
    return [stem(word) for word in re.findall(r"\w+", text.lower())]


def stem(word):
    if SETTINGS["stem"] <= 0.5:
        return word
    suffix = next((each for each in SUFFIXES if word.endswith(each) and len(word) > len(each) + 2), "")
    return word[: len(word) - len(suffix)]


def run(question):
    """A text: a greeting or none, and sentences of the page that fits best, in its order."""
    asked = set(words(question))
    page = max(PAGES, key=lambda each: fit(asked, each))
    sentences = page["sentences"]
    shares = [shared(asked, sentence, sentences) for sentence in sentences]
    most = max(1, min(MOST, round(SETTINGS["sentences"])))
    least = SETTINGS["least_share"] * max(shares)
    best = sorted(range(len(sentences)), key=lambda at: -shares[at])[:most]
    told = [sentences[at] for at in sorted(best) if shares[at] >= least]
    return " ".join([GREETING] * (SETTINGS["greeting"] > 0.5) + told)


def fit(asked, page):
    """How much of what was asked a page speaks of."""
    pages = [" ".join([each["title"], *each["sentences"]]) for each in PAGES]
    title = SETTINGS["title"] * shared(asked, page["title"], pages)
    return title + SETTINGS["body"] * shared(asked, " ".join(page["sentences"]), pages)


def shared(asked, text, among):
    """Words of a text that were asked for, each worth the more, the fewer of the texts have it."""
    holders = Counter(word for each in among for word in set(words(each)))
    found = asked & set(words(text))
    return sum(
        weight(word) * log(1 + len(among) / holders[word]) ** rarity() for word in sorted(found) if holders[word]
    )


def weight(word):
    return SETTINGS["stop_words"] if word in STOP_WORDS else 1.0


def rarity():
    return max(-4.0, min(4.0, SETTINGS["rarity"]))
