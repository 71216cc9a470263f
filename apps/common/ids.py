"""Row ids that are known before the row is written, and that no fork can hand out twice."""

from django.db.models import Q

NUMBERS = 1 << 32


def row_id(run: int, number: int) -> int:
    """The id of a run's number-th round or candidate. Below 2**53 for the first two million runs."""
    return run * NUMBERS + number


def run_and_number(identifier: int) -> tuple[int, int]:
    """The run and the number within it behind a row id."""
    return divmod(identifier, NUMBERS)


def of_run(run: int, field: str = "pk") -> Q:
    """Condition: the row whose id field holds belongs to this run. Walks the primary key, needs no other index."""
    return Q(**{f"{field}__gte": row_id(run, 0), f"{field}__lt": row_id(run + 1, 0)})
