"""What pages call those who acted: log and records hold "person:7"."""

from collections.abc import Iterable

from apps.accounts.models import User


def names(actors: Iterable[str]) -> dict[str, str]:
    """A name for each actor, in one query; none when no person is among them."""
    wanted = set(actors)
    keys = {actor: key for actor in wanted if (key := actor.removeprefix("person:")) != actor and key.isdigit()}
    people = User.objects.in_bulk([int(key) for key in keys.values()]) if keys else {}
    return {actor: str(people.get(int(keys[actor]), actor)) if actor in keys else _words(actor) for actor in wanted}


def _words(actor: str) -> str:
    kind, _, name = actor.partition(":")
    if kind == "policy":  # of a run, which is said beside it
        return "the policy"
    return f"the {kind} {name}".strip()
