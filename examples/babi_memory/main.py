"""What the model is asked about a story: a few examples, then the sentences that retrieval picks, and the question."""

import json
import re
from pathlib import Path

HERE = Path(__file__).parent
PROMPT = (HERE / "prompt.txt").read_text().strip()
EXAMPLES = json.loads((HERE / "examples.json").read_text())
RETRIEVAL = json.loads((HERE / "retrieval.json").read_text())
MOST = 20  # examples, and sentences


def run(task):
    """The messages for {"sentences", "question"}."""
    messages = []
    for example in EXAMPLES[:MOST]:
        asked = filled(example["facts"], example["question"])
        messages += [turn("user", asked), turn("assistant", example["answer"])]
    facts = evidence(task["sentences"], task["question"])
    return {"messages": [*messages, turn("user", filled(facts, task["question"]))]}


def filled(facts, question):
    return PROMPT.replace("{facts}", "\n".join(facts)).replace("{question}", question)


def turn(role, text):
    return {"role": role, "content": text}


def evidence(sentences, question):
    """The sentences that have most in common with the question, in the order of the story."""
    latest = len(sentences) - 1
    scores = {at: likeness(text, question, latest - at) for at, text in enumerate(sentences)}
    ranked = sorted((at for at in scores if scores[at] >= RETRIEVAL["least"]), key=lambda at: (-scores[at], -at))
    return [sentences[at] for at in sorted(ranked[: max(0, min(MOST, int(RETRIEVAL["sentences"])))])]


def likeness(text, question, age):
    """Shared names and other words, and a bonus for what was said late."""
    names, words = split(text)
    asked_names, asked_words = split(question)
    decay = 0.5 ** (age / max(0.1, RETRIEVAL["half_life"]))
    return (
        RETRIEVAL["names"] * len(names & asked_names)
        + RETRIEVAL["words"] * len(words & asked_words)
        + RETRIEVAL["recency"] * decay
    )


def split(text):
    """Names, and other words: a name is written large and is not the first word of a question."""
    found = re.findall(r"\w+", text)
    names = {word for word in found if word[0].isupper() and word != "Where"}
    return names, {word.lower() for word in found} - {name.lower() for name in names}
