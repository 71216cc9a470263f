"""How much of the evidence was found, and how much else: F1 over sentences, the mean over a story's questions."""


def score(input, expected, output, seed):
    """expected has the indices of the supporting sentences of each question, output those that were taken."""
    fault = fault_of(output, expected)
    if fault:
        return {"score": 0.0, "feedback": fault}
    pairs = [(set(taken), set(facts)) for taken, facts in zip(output, expected, strict=True)]
    missed = [
        asked["question"] for asked, (taken, facts) in zip(input["questions"], pairs, strict=True) if facts - taken
    ]
    return {
        "score": mean(2 * len(taken & facts) / (len(taken) + len(facts)) for taken, facts in pairs),
        "metrics": {
            "recall": mean(len(taken & facts) / len(facts) for taken, facts in pairs),
            "precision": mean(len(taken & facts) / len(taken) if taken else 0.0 for taken, facts in pairs),
            "sentences": mean(len(taken) for taken, _ in pairs),
        },
        "feedback": f"evidence missed for: {'; '.join(missed)}" if missed else "",
    }


def fault_of(output, expected):
    """Why these are no sentences for each question, or ""."""
    if not isinstance(output, list) or len(output) != len(expected):
        return f"a list of sentences was expected for each of {len(expected)} questions"
    for number, taken in enumerate(output):
        if not isinstance(taken, list) or not all(type(at) is int for at in taken) or len(set(taken)) != len(taken):
            return f"question {number} needs a list of different indices of sentences"
    return ""


def mean(values):
    found = list(values)
    return sum(found) / len(found)
