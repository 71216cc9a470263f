"""Makes tasks.jsonl from the bAbI files (release 1.2, folder en): one task for each question of the first stories.

python examples/babi_memory/make_tasks.py FOLDER
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PARTS = {"train": ("train", 0, 20), "validation": ("train", 20, 60), "gate": ("test", 0, 40)}  # file, first, how many


def questions(file: Path) -> Iterator[dict[str, Any]]:
    """{"sentences", "question", "answer"}: the sentences of the story that were said before the question."""
    sentences: list[str] = []
    for line in file.read_text().splitlines():
        number, text = line.split(" ", 1)
        sentences = [] if number == "1" else sentences
        question, *rest = text.split("\t")
        if rest:
            yield {"sentences": list(sentences), "question": question.strip(), "answer": rest[0]}
        else:
            sentences.append(text)


def tasks(folder: Path) -> Iterator[dict[str, Any]]:
    for split, (part, first, count) in PARTS.items():
        found = list(questions(folder / f"qa1_single-supporting-fact_{part}.txt"))[first : first + count]
        for at, asked in enumerate(found, 1):
            yield {
                "id": f"{split}-{at}",
                "split": split,
                "origin": f"bAbI 1.2, qa1 (single supporting fact), {part}",
                "input": {"sentences": asked["sentences"], "question": asked["question"]},
                "expected": asked["answer"],
            }


if __name__ == "__main__":
    lines = "".join(json.dumps(task) + "\n" for task in tasks(Path(sys.argv[1])))
    Path(__file__).with_name("tasks.jsonl").write_text(lines)
