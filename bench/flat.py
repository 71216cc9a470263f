"""CPU per candidate of methods that keep an archive or a model, early and late in a long run, in the memory's world.

    python -m bench.flat [CANDIDATES] [METHOD ...]

The late figure is that of the last thousand candidates. Nothing but the engine is measured: the toy problem's score
costs microseconds, and there is no database.
"""

import gc
import sys
from collections.abc import Iterator
from time import process_time

from apps.engine import registry
from apps.engine.testing import conformance
from bench.common import table

METHODS = ("cma_es", "map_elites", "islands", "novelty_search", "pareto", "hill_climb")
SPAN = 1000  # candidates over which CPU is averaged


def spans(method: str, candidates: int) -> Iterator[float]:
    """Milliseconds of CPU per round, for each span of rounds in turn."""
    world = conformance.world(registry.get(method))
    for first in range(0, candidates, SPAN):
        world.journal.clear()  # a world keeps in memory what the driver writes down
        gc.collect()
        before = process_time()
        for number in range(first, first + SPAN):
            world.round(number)
        yield 1000 * (process_time() - before) / SPAN


def figures(method: str, candidates: int) -> tuple[object, ...]:
    found = list(spans(method, candidates))
    early, late = found[1], found[-1]  # the very first span also fills caches
    return method, early, late, late / early, max(found) / early


def main() -> None:
    candidates = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    methods = sys.argv[2:] or [name for name in METHODS if name in registry.names()]
    rows = [figures(method, candidates) for method in methods]
    table(("method", "ms at 1,000", f"ms at {candidates:,}", "ratio", "worst"), rows)


if __name__ == "__main__":
    main()
