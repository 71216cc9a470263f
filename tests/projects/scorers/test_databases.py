"""Queries are judged by what they find, on a copy that nothing can change."""

import sqlite3

import pytest

from apps.projects.scorers.evoweb_scorers import Database, sql
from apps.projects.scorers.evoweb_scorers.databases import same


def made(*statements: str) -> Database:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE pet (name TEXT, kind TEXT, age REAL)")
    connection.executescript(";".join(statements))
    connection.commit()
    return Database(connection.serialize())


ROWS = "INSERT INTO pet VALUES ('Rex', 'dog', 3), ('Tom', 'cat', 5), ('Ann', 'cat', 0.1), ('Bo', NULL, 5)"
PETS = made(ROWS)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT name, age FROM pet WHERE kind = 'cat'",
        "SELECT age, name FROM pet WHERE kind = 'cat' ORDER BY 1;",
        "Here it is:\n```sql\nSELECT name, age + 0.0000000000001 FROM pet WHERE kind LIKE 'CAT'\n```\nDone.",
        "WITH c AS (SELECT * FROM pet WHERE kind = 'cat') SELECT name, age FROM c",
    ],
)
def test_queries_that_find_the_same_are_right(query):
    assert sql(query, "SELECT name, age FROM pet WHERE kind = 'cat'", PETS)["score"] == 1.0


@pytest.mark.parametrize(
    "query",
    [
        "SELECT name FROM pet WHERE kind = 'cat'",
        "SELECT name, age FROM pet",
        "SELECT name, age FROM pet WHERE kind = 'cat' UNION ALL SELECT name, age FROM pet WHERE name = 'Tom'",
        "SELECT age, age FROM pet WHERE kind = 'cat'",
    ],
)
def test_queries_that_find_something_else_are_wrong(query):
    found = sql(query, "SELECT name, age FROM pet WHERE kind = 'cat'", PETS)
    assert (found["score"], found["metrics"]) == (0.0, {"runs": 1.0})


@pytest.mark.parametrize(
    "query",
    [
        "SELEC name",
        "",
        "DELETE FROM pet",
        "DROP TABLE pet",
        "CREATE TABLE more (x)",
        "PRAGMA writable_schema = 1",
        "ATTACH '/etc/passwd' AS other",
        "ATTACH ':memory:' AS other",
        "VACUUM INTO '/tmp/left.sqlite'",
        "SELECT load_extension('evil')",
        "SELECT 1; SELECT 2",
        "SELECT randomblob(100000000)",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n",
        "SELECT \ud800",
        "SELECT '\0'",
    ],
)
def test_what_cannot_be_run_is_wrong_and_changes_nothing(query):
    found = sql(query, "SELECT count(*) FROM pet", PETS, seconds=0.2)
    assert found["score"] == 0.0
    assert PETS.rows("SELECT count(*) FROM pet") == [(4,)]


@pytest.mark.parametrize("output", [None, 4, [["Rex"]], {"sql": "SELECT 1"}])
def test_what_is_no_text_is_wrong(output):
    assert sql(output, "SELECT 1", PETS)["score"] == 0.0


def test_any_of_several_golds_is_right():
    golds = ["SELECT name FROM pet WHERE age > 4", "SELECT name, age FROM pet WHERE age > 4"]
    assert sql("SELECT age, name FROM pet WHERE age = 5", golds, PETS)["score"] == 1.0


def test_an_order_counts_where_it_is_asked_for():
    gold, other = "SELECT name FROM pet ORDER BY name", "SELECT name FROM pet ORDER BY name DESC"
    assert sql(other, gold, PETS)["score"] == 1.0
    assert sql(other, gold, PETS, ordered=True)["score"] == 0.0
    assert sql(gold, gold, PETS, ordered=True)["score"] == 1.0


def test_a_query_that_is_right_by_luck_is_found_out_on_another_database():
    lucky, gold = "SELECT name FROM pet WHERE age = 5", "SELECT name FROM pet WHERE age > 4"
    another = made("INSERT INTO pet VALUES ('Old', 'dog', 14)")
    assert sql(lucky, gold, PETS)["score"] == 1.0
    assert sql(lucky, gold, [PETS, another])["score"] == 0.0
    assert sql(gold, gold, [PETS, another])["score"] == 1.0


def test_golds_have_to_agree_with_the_query_everywhere_by_themselves():
    """One gold that fits here and another that fits there make no right answer."""
    here, there = made(ROWS), made("INSERT INTO pet VALUES ('Rex', 'dog', 1)")
    golds = ["SELECT 1 FROM pet LIMIT 1", "SELECT age FROM pet WHERE name = 'Rex'"]
    assert sql("SELECT 3 - 2 * (SELECT count(*) = 1 FROM pet)", golds, [here, there])["score"] == 1.0
    assert sql("SELECT 3 - 3 * (SELECT count(*) = 1 FROM pet)", golds, [here, there])["score"] == 0.0


def test_a_gold_that_cannot_be_run_is_the_evaluators_fault():
    with pytest.raises(sqlite3.Error):
        sql("SELECT 1", "SELECT 1 FROM nowhere", PETS)


def test_a_file_that_is_no_database_is_told_when_it_is_loaded():
    with pytest.raises(sqlite3.DatabaseError):
        Database(b"no database, whatever its name" * 40)


def test_rows_are_compared_as_multisets_whatever_they_hold():
    assert same([(None, b"a", "x", 1)], [(1.0, "x", b"a", None)])
    assert not same([("1",)], [(1,)])
    assert not same([(None,)], [("",)])
