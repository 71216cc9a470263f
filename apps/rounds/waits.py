"""What a run waits for besides people, told where pages and lists read it, and in the log."""

from apps.llm.waits import payload, told_in
from apps.log.chain import Entry
from apps.rounds.book import Book


def untold(book: Book) -> bool:
    """Whether its rounds wait for something else than was told. While the run is stopped they are not looked at."""
    return not book.latched and payload(book.waits) != bytes(book.counters.waits)


def tell(book: Book) -> None:
    """Bring the run's column up to what its rounds wait for; the step is written with it where that is news."""
    if not untold(book):
        return
    book.counters.waits = told = payload(book.waits)
    body = {"run": book.run.pk, "for": [[on, model] for on, _, model in told_in(told)]}
    book.step.entries.append(Entry("run.waits", "system", f"run:{book.run.pk}", body))
