"""Makes tasks.jsonl from the bAbI files (release 1.2, folder en): the first short stories of each chosen set.

python examples/retrieval_config/make_tasks.py FOLDER
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SETS = {
    1: "single fact",
    2: "two facts",
    3: "three facts",
    5: "three-argument relations",
    8: "lists and sets",
    15: "basic deduction",
}
LONGEST = 60  # sentences of a story
VALIDATION, GATE = 5, 4  # stories of each set: from the train file and from the test file


def stories(file: Path) -> Iterator[dict[str, Any]]:
    """Stories as {"sentences", "questions": [{"question", "after", "facts"}]}; facts are indices of sentences."""
    story: dict[str, Any] = {}
    numbers: dict[str, int] = {}  # of the file's lines, which count questions too
    for line in file.read_text().splitlines():
        number, text = line.split(" ", 1)
        if number == "1":
            if story:
                yield story
            story, numbers = {"sentences": [], "questions": []}, {}
        question, *rest = text.split("\t")
        if rest:
            facts = [numbers[each] for each in rest[1].split()]
            asked = {"question": question.strip(), "after": len(story["sentences"]), "facts": facts}
            story["questions"].append(asked)
        else:
            numbers[number] = len(story["sentences"])
            story["sentences"].append(text)
    yield story


def tasks(folder: Path) -> Iterator[dict[str, Any]]:
    for number, words in SETS.items():
        for part, split, count in (("train", "validation", VALIDATION), ("test", "gate", GATE)):
            (file,) = folder.glob(f"qa{number}_*_{part}.txt")
            short = [story for story in stories(file) if len(story["sentences"]) <= LONGEST]
            for at, story in enumerate(short[:count], 1):
                asked = [{"question": each["question"], "after": each["after"]} for each in story["questions"]]
                yield {
                    "id": f"qa{number}-{split}-{at}",
                    "split": split,
                    "origin": f"bAbI 1.2, qa{number} ({words}), {part}",
                    "input": {"sentences": story["sentences"], "questions": asked},
                    "expected": [each["facts"] for each in story["questions"]],
                }


if __name__ == "__main__":
    lines = "".join(json.dumps(task) + "\n" for task in tasks(Path(sys.argv[1])))
    Path(__file__).with_name("tasks.jsonl").write_text(lines)
