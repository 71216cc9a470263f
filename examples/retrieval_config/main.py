"""Which sentences of a story are the evidence for a question? BM25 with fusion and hops, all set by config.json."""

import json
import re
from collections import Counter
from itertools import pairwise
from math import log
from pathlib import Path

CONFIG = json.loads(Path(__file__).with_name("config.json").read_text())

# fmt: off
STOP_WORDS = {
    "a", "an", "and", "are", "at", "back", "did", "do", "does", "down", "in", "it", "of", "on", "the", "there", "to",
    "up", "was", "went", "were", "with",
}
# fmt: on
OPENERS = {"afternoon", "before", "how", "is", "morning", "this", "what", "where", "who", "why", "yesterday"}
SUFFIXES = ("ing", "ves", "ed", "es", "f", "s")  # ves and f: wolves, wolf
MOST = 8  # sentences for one question


class Line:
    """A sentence or question: its terms with their weights, its names and its things (words that are neither)."""

    def __init__(self, text):
        words = re.findall(r"\w+", text)
        names = (word for word in words if word[0].isupper() and word.lower() not in OPENERS)
        self.names = set(names)
        low = [word.lower() for word in words]
        plain = [word for word in low if word not in STOP_WORDS and word not in OPENERS]
        self.things = {stem(word) for word in plain} - {stem(name.lower()) for name in self.names}
        self.terms = terms(words)
        self.length = sum(self.terms.values())


def stem(word):
    suffix = next((each for each in SUFFIXES if word.endswith(each) and len(word) > len(each) + 2), "")
    return word[: len(word) - len(suffix)] if CONFIG["words"]["stem"] > 0.5 else word


def terms(words):
    """Words, pairs of neighbours and trigrams of letters, each with the weight of its kind."""
    knobs, found = CONFIG["words"], Counter()
    kept = [stem(word.lower() if knobs["lowercase"] > 0.5 else word) for word in words]
    for word, origin in zip(kept, words, strict=True):
        low = origin.lower()
        weight = knobs["openers"] if low in OPENERS else knobs["stop_words"] if low in STOP_WORDS else 1.0
        found[word] += max(0.0, weight)
        if knobs["trigrams"] > 0:
            for at in range(len(word) - 2):
                found["~" + word[at : at + 3]] += knobs["trigrams"] * weight
    if knobs["pairs"] > 0:
        for left, right in pairwise(kept):
            found[left + " " + right] += knobs["pairs"]
    return found


class Search:
    """The sentences that were said before a question."""

    def __init__(self, lines):
        self.lines = lines
        self.holders = Counter(term for line in lines for term in line.terms)
        self.mean = sum(line.length for line in lines) / len(lines) or 1.0

    def evidence(self, question):
        """Indices of the sentences that are taken, best first: each one found adds to what is looked for."""
        query, names, taken = dict(question.terms), set(question.names), []
        first = None
        for _ in range(wanted(question)):
            rest = [at for at in range(len(self.lines)) if at not in taken]
            if not rest:
                break
            weighted = self.weighted(query)
            scores = {at: self.score(at, weighted, names, question.things, taken) for at in rest}
            best = max(rest, key=lambda at: (scores[at], at))
            if taken and scores[best] < CONFIG["amount"]["least_share"] * first:
                break
            first = scores[best] if first is None else first
            taken.append(best)
            query, names = self.expanded(query, names, self.lines[best])
        return taken

    def score(self, at, weighted, names, things, taken):
        line, fusion, hops = self.lines[at], CONFIG["fusion"], CONFIG["hops"]
        total = self.bm25(weighted, line)
        total += fusion["names"] * len(names & line.names) + fusion["things"] * len(things & line.things)
        total += fusion["recency"] * decay(len(self.lines) - 1 - at, fusion["half_life"])
        if taken:
            last = self.lines[taken[-1]]
            side = hops["before"] if at < taken[-1] else hops["after"]
            total += side * decay(abs(at - taken[-1]), hops["half_life"]) + hops["same_name"] * len(
                last.names & line.names
            )
            total -= hops["repetition"] * max(likeness(line, self.lines[each]) for each in taken)
        return total

    def weighted(self, query):
        """Terms of the query that are said anywhere, each with its weight times idf to the power of `rarity`."""
        rarity, count = max(-9.0, min(9.0, CONFIG["bm25"]["rarity"])), len(self.lines)
        said = ((term, weight, self.holders[term]) for term, weight in query.items() if weight > 0)
        return [(term, weight * log(1 + (count - n + 0.5) / (n + 0.5)) ** rarity) for term, weight, n in said if n]

    def bm25(self, weighted, line):
        """Okapi BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009)."""
        k1, b = max(0.0, CONFIG["bm25"]["k1"]), CONFIG["bm25"]["b"]
        norm = k1 * (1 - b + b * line.length / self.mean)
        found = ((weight, line.terms[term]) for term, weight in weighted if term in line.terms)
        return sum(weight * said * (k1 + 1) / max(said + norm, 1e-9) for weight, said in found)

    def expanded(self, query, names, line):
        """What is looked for once a sentence is found: less of the old, and the sentence's own words and names."""
        hops = CONFIG["hops"]
        grown = {term: weight * hops["keep"] for term, weight in query.items()}
        for term, weight in line.terms.items():
            grown[term] = grown.get(term, 0.0) + hops["expand"] * weight
        return grown, names | line.names if hops["expand_names"] > 0.5 else names


def wanted(question):
    """How many sentences are taken at most: more for some kinds of question."""
    knobs = CONFIG["amount"]
    amount = knobs["base"] + knobs["per_name"] * len(question.names) + knobs["per_thing"] * len(question.things)
    return max(1, min(MOST, round(amount)))


def decay(distance, half_life):
    return 0.5 ** (distance / max(half_life, 0.1))


def likeness(one, other):
    """Shared terms over all terms of two sentences, 0 to 1."""
    return len(one.terms.keys() & other.terms.keys()) / max(1, len(one.terms.keys() | other.terms.keys()))


def run(story):
    """For each question the indices of the sentences said before it that are its evidence, best first."""
    lines = [Line(text) for text in story["sentences"]]
    return [Search(lines[: asked["after"]]).evidence(Line(asked["question"])) for asked in story["questions"]]
