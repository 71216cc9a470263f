"""The descriptors of a run: those that its project declares, else the size of a candidate, which needs no evaluator."""

from apps.engine.axes import SIZE, Descriptor
from apps.engine.setup import Setup

CELLS = 16
GROWTH = 4
LEAST_BYTES = 32  # to either side of the seed's size


def descriptors(setup: Setup) -> tuple[Descriptor, ...]:
    """The declared descriptors; where there are none, size: from a quarter below the seed's to a quarter above it.

    Of a small seed the range is LEAST_BYTES to either side, so that a cell is a few characters wide.
    """
    if setup.axes.descriptors:
        return setup.axes.descriptors
    size = seed_size(setup)
    room = max(LEAST_BYTES, size // 4)
    return (Descriptor(SIZE, size - room, size + room, CELLS),)


def grown(setup: Setup, cells: int) -> tuple[Descriptor, ...]:
    """The declared descriptors; where there are none, size: from nothing to GROWTH times the seed's.

    For what a model writes, which may become much longer than what it began with.
    """
    return setup.axes.descriptors or (Descriptor(SIZE, 0, max(LEAST_BYTES, GROWTH * seed_size(setup)), cells),)


def seed_size(setup: Setup) -> int:
    """Bytes of the seed's components."""
    return sum(len(text.encode()) for text in setup.texts.values())


def no_map(setup: Setup) -> str:
    """Why a map over the run's descriptors makes no sense, in a sentence for a person, or ""."""
    axes = descriptors(setup)
    if all(axis.cells == 1 for axis in axes):
        return "its map has a single cell. Give one of the descriptors at least 2 cells."
    size = seed_size(setup)
    for axis in axes:
        if axis.name == SIZE and not axis.low <= size <= axis.high:
            return (
                f"the seed has {size:,} bytes, and the map's size goes from {axis.low:g} to {axis.high:g}: all "
                "candidates would lie in an outer cell. Choose a range around the seed's size."
            )
    return ""
