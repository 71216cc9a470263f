"""What pages call those who acted: log and records hold "person:7"."""

from collections.abc import Iterable
from typing import Any

from django.db.models import BigIntegerField, Case, CharField, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, NullIf, Substr

from apps.accounts.models import User

_PERSON = r"^person:[0-9]{1,18}$"


def names(actors: Iterable[str]) -> dict[str, str]:
    """A name for each actor, in one query; none when no person is among them."""
    wanted = set(actors)
    keys = {actor: key for actor in wanted if (key := actor.removeprefix("person:")) != actor and key.isdigit()}
    people = User.objects.in_bulk([int(key) for key in keys.values()]) if keys else {}
    return {actor: str(people.get(int(keys[actor]), actor)) if actor in keys else _words(actor) for actor in wanted}


def with_names[Rows: QuerySet[Any]](rows: Rows, column: str) -> Rows:
    """The rows, each with the `name` of the person behind a column such as set_by: None where it is no person's.

    For `said`, where one query is to read both.
    """
    key = Case(When(**{f"{column}__regex": _PERSON}, then=Cast(Substr(column, 8), BigIntegerField())))
    people = User.objects.filter(pk=OuterRef("person_key"))
    return rows.annotate(person_key=key).annotate(name=Subquery(people.values_list(name_of())[:1]))


def name_of(path: str = "") -> Coalesce:
    """The name of a person as a column; path: from the row to the person, such as person__."""
    return Coalesce(NullIf(F(f"{path}display_name"), Value("")), F(f"{path}username"), output_field=CharField())


def said(actor: str, name: str | None) -> str:
    """What pages call an actor whose name, if it is a person's, was read with it."""
    return name or (actor if actor.startswith("person:") else _words(actor))


def _words(actor: str) -> str:
    kind, _, name = actor.partition(":")
    if kind == "policy":  # of a run, which is said beside it
        return "the policy"
    return f"the {kind} {name}".strip()
