"""Text-to-SQL, scored by execution in the sandbox: golds pass, and how often a wrong query passes for right by luck.

    python -m bench.sql_tasks FOLDER [--copies 4]

FOLDER holds tasks.json and db/*.sqlite as made from defog-ai/sql-eval and defog-data (Apache-2.0). Only questions that
do not depend on today's date count. A wrong query is the gold of another question on the same database. With copies,
each database is joined by so many of which a share of every table's rows is left out: a query has to agree on all of
them (Zhong et al., Semantic Evaluation for Text-to-SQL with Distilled Test Suites, 2020).
"""

import argparse
import json
import random
import re
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.common import table
from bench.task_sets import SLOTS, Item, failed, measure

LEFT_OUT = 0.3
EVALUATOR = """\
from pathlib import Path

from evoweb_scorers import Database, sql

FILES = sorted(Path(__file__).parent.glob("*.sqlite"))
DATABASES = {file.stem: Database(file) for file in FILES}


def score(input, expected, output, seed):
    databases = [DATABASES[name] for name in expected["databases"]]
    return sql(output, expected["golds"], databases, expected["ordered"])
"""
_ORDER = re.compile(r"\border(ed)?\b|\bsort(ed)?\b|\bascending\b|\bdescending\b|\balphabetical", re.IGNORECASE)


def tasks(folder: Path) -> list[dict[str, Any]]:
    """Questions that do not depend on today's date."""
    found = json.loads((folder / "tasks.json").read_text())
    return [task for task in found if not task["uses_now"]]


def expected(task: dict[str, Any], copies: int) -> dict[str, Any]:
    names = [task["db"], *(f"{task['db']}-{number}" for number in range(copies))]
    asks_order = bool(_ORDER.search(f"{task['question']} {task['instructions']}"))
    return {"databases": names, "golds": task["gold_sql"], "ordered": asks_order}


def databases(folder: Path, copies: int) -> dict[str, bytes]:
    """Content of every database and its copies, by file name."""
    found = {file.stem: file.read_bytes() for file in sorted((folder / "db").glob("*.sqlite"))}
    thinned = {
        f"{name}-{number}": thin(content, random.Random(f"{name}/{number}"))
        for name, content in found.items()
        for number in range(copies)
    }
    return {f"{name}.sqlite": content for name, content in (found | thinned).items()}


def thin(content: bytes, chance: random.Random) -> bytes:
    """A database without some of its rows."""
    connection = sqlite3.connect(":memory:")
    connection.deserialize(content)
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    for name in names:
        rows = [row[0] for row in connection.execute(f'SELECT rowid FROM "{name}" ORDER BY rowid')]
        gone = [(row,) for row in rows if chance.random() < LEFT_OUT]
        connection.executemany(f'DELETE FROM "{name}" WHERE rowid = ?', gone)
    connection.commit()
    return connection.serialize()


def wrong_answers(chosen: Sequence[dict[str, Any]], copies: int) -> Iterator[Item]:
    """Golds of other questions on the same database, each with the question that it does not answer."""
    for asked in chosen:
        for other in chosen:
            if (
                other is not asked
                and other["db"] == asked["db"]
                and not set(asked["gold_sql"]) & set(other["gold_sql"])
            ):
                yield Item(f"{other['id']} for {asked['id']}", other["gold_sql"][0], expected(asked, copies))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--copies", type=int, default=4)
    asked = parser.parse_args()
    chosen = tasks(asked.folder)
    rows = []
    for copies in sorted({0, asked.copies}):
        files = databases(asked.folder, copies)
        golds = [
            Item(f"{task['id']}/{number}", gold, expected(task, copies))
            for task in chosen
            for number, gold in enumerate(task["gold_sql"])
        ]
        right, seconds = measure(EVALUATOR, golds, files)
        for key in failed(right):
            print(f"{key}: {right[key].failure} {right[key].feedback} {right[key].detail}")
        questions = {key.rpartition("/")[0] for key in right} - {key.rpartition("/")[0] for key in failed(right)}
        wrong = list(wrong_answers(chosen, copies))
        judged, _ = measure(EVALUATOR, wrong, files)
        lucky = len(wrong) - len(failed(judged))
        rows.append((copies, len(chosen), len(questions), len(right) / seconds, len(wrong), lucky, lucky / len(wrong)))
    head = ("copies", "questions", "all golds pass", f"per second ({SLOTS} at once)", "wrong", "pass by luck", "share")
    table(head, rows)


if __name__ == "__main__":
    main()
