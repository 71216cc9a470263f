"""The archive map of a run: the best candidate in each cell of one or two descriptors, of each island if it has any."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, floor, log

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from apps.common.templatetags.pages import edge, number
from apps.common.text import visible
from apps.engine.archives.map import Elite, cells, missing
from apps.engine.axes import Descriptor
from apps.lineage.maps.reading import Placed, Reading
from apps.oversight.dossier import sign_of
from apps.records.models import Run

LEVELS = 7  # of colour
OUTLIERS = 20  # the worst elite in so many does not stretch the scale
ISLANDS = 24  # that are drawn
LISTED = 20  # elites on one page of the table
WORDS = 12  # columns, up to which a cell has room for its figure
LABELS = 10  # of an axis
FEW_LABELS = 4  # where islands lie side by side
SHOWN = ("score", "candidates")  # what the colour of a cell tells
_EMPTY = mark_safe("<td></td>")

type Place = tuple[int, int]  # column and row, from 0


@dataclass(frozen=True)
class Span:
    """One column or row: from where to where, and whether there is room to say so."""

    low: float
    high: float
    label: bool

    @cached_property
    def words(self) -> str:
        return f"{edge(self.low)} to {edge(self.high)}"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a map: where it lies on the second axis, and its cells as markup."""

    span: Span | None
    cells: SafeString


@dataclass(frozen=True, slots=True)
class Sheet:
    """The map of one island, or of the run: name is empty for the latter."""

    name: str
    lines: list[Line]
    filled: int
    placed: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An elite in the table. spans: of its cell, one per descriptor."""

    island: str
    spans: tuple[Span, ...]
    elite: Elite


@dataclass
class ArchiveMap:
    """What the page shows. chosen: one or two descriptors; show: one of SHOWN; after: elites before the listed ones."""

    run: Run
    read: Reading
    chosen: Sequence[Descriptor]
    show: str = "score"
    after: int = 0

    @property
    def sign(self) -> int:
        return sign_of(self.run.project)

    @cached_property
    def columns(self) -> list[Span]:
        return _spans(self.chosen[0], LABELS if self.islands < 2 else FEW_LABELS)

    @cached_property
    def words(self) -> bool:
        """Whether cells have room for a figure."""
        return self.chosen[0].cells <= WORDS and len(self._islands) == 1

    @cached_property
    def islands(self) -> int:
        """How many islands there are; 0 where nothing lives on islands."""
        return len(self._islands) if None not in self._islands else 0

    @property
    def undrawn(self) -> int:
        return max(0, self.islands - ISLANDS)

    @cached_property
    def total(self) -> int:
        """Cells of one map."""
        return self.chosen[0].cells * (self.chosen[1].cells if len(self.chosen) > 1 else 1)

    @cached_property
    def filled(self) -> int:
        """Cells that hold a candidate on one island at least."""
        return len({place for found in self._islands.values() for place in found})

    @cached_property
    def share(self) -> float:
        return 100 * self.filled / self.total

    @cached_property
    def unplaced(self) -> list[tuple[str, int]]:
        """Why candidates lie nowhere, and how many each."""
        names = [axis.name for axis in self.chosen]
        return Counter(why for row in self.read.rows.values() if (why := _why(row, names))).most_common()

    @property
    def placed(self) -> int:
        return len(self.read.rows) - sum(count for _, count in self.unplaced)

    @cached_property
    def best(self) -> Elite | None:
        return min((elite for _, _, elite in self._elites), key=_rank, default=None)

    @cached_property
    def sheets(self) -> list[Sheet]:
        """Maps, row by row from the top."""
        return [self._sheet(island, found) for island, found in list(self._islands.items())[:ISLANDS]]

    @cached_property
    def table(self) -> list[Entry]:
        """A page of elites, the best first."""
        ranked = sorted(self._elites, key=lambda each: (_rank(each[2]), each[0] or 0))
        shown = ranked[self.after : self.after + LISTED]
        return [Entry(_name(island), self._spans_of(place), elite) for island, place, elite in shown]

    @property
    def more(self) -> int | None:
        """Where the next page of the table begins."""
        return self.after + LISTED if len(self._elites) > self.after + LISTED else None

    @cached_property
    def legend(self) -> list[tuple[int, float, float]]:
        """Levels of colour: each with what it stands for, in the project's own direction."""
        return [(level, self._value(level), self._value(level + 1)) for level in range(LEVELS)]

    @cached_property
    def _islands(self) -> dict[int | None, dict[Place, Elite]]:
        """Elites by place, by island. Who was born on no island lives on all of them."""
        groups: dict[int | None, list[Placed]] = defaultdict(list)
        for row in self.read.rows.values():
            groups[row.island].append(row)
        everywhere = groups.pop(None, [])
        if not groups:
            return {None: self._laid(everywhere)}
        return {island: self._laid([*everywhere, *groups[island]]) for island in sorted(groups, key=lambda i: i or 0)}

    def _laid(self, rows: Iterable[Placed]) -> dict[Place, Elite]:
        found = cells((row.row for row in rows), self.chosen)
        return {(cell[0], cell[1] if len(cell) > 1 else 0): elite for cell, elite in found.items()}

    @cached_property
    def _elites(self) -> list[tuple[int | None, Place, Elite]]:
        return [(island, place, elite) for island, found in self._islands.items() for place, elite in found.items()]

    @cached_property
    def _scale(self) -> tuple[float, float]:
        """The figures of the lowest and the highest level."""
        if self.show == "candidates":
            return 0.0, log(max((elite.held for _, _, elite in self._elites), default=1))
        scores = sorted(elite.score for _, _, elite in self._elites) or [0.0]
        return scores[len(scores) // OUTLIERS], scores[-1]

    def _level(self, elite: Elite) -> int:
        low, high = self._scale
        figure = log(elite.held) if self.show == "candidates" else elite.score
        return LEVELS - 1 if high <= low else max(0, min(LEVELS - 1, floor(LEVELS * (figure - low) / (high - low))))

    def _value(self, level: int) -> float:
        """What the lower end of a level stands for."""
        low, high = self._scale
        figure = low + (high - low) * level / LEVELS
        return round(exp(figure)) if self.show == "candidates" else self.sign * figure

    def _sheet(self, island: int | None, found: dict[Place, Elite]) -> Sheet:
        rows = _spans(self.chosen[1]) if len(self.chosen) > 1 else [None]
        first = min(found.values(), key=_rank, default=None)
        lines = [Line(rows[at], self._cells(found, at, rows[at], first)) for at in reversed(range(len(rows)))]
        return Sheet(_name(island), lines, len(found), sum(elite.held for elite in found.values()))

    def _cells(self, found: dict[Place, Elite], row: int, span: Span | None, first: Elite | None) -> SafeString:
        """The cells of one row; the first elite alone is in the order of tabs, arrow keys lead to the others.

        Built here and not by a template: a map may have ten thousand.
        """
        markup = (
            self._cell(elite, self.columns[column], span, elite is first)
            if (elite := found.get((column, row)))
            else _EMPTY
            for column in range(len(self.columns))
        )
        return mark_safe("".join(markup))

    def _cell(self, elite: Elite, column: Span, span: Span | None, first: bool) -> str:
        """One cell as markup: numbers, and the names of axes, which are escaped."""
        look = f"lv{self._level(elite)}{' peak' if elite is self.best else ''}"
        said = f"candidate {elite.number}: {number(self.sign * elite.score)}"
        where = [f"{name}: {lies.words}" for name, lies in zip(self._names, (column, span), strict=False) if lies]
        title = "\n".join([said, f"{elite.held:,} here", *where])
        link = f'href="{self._address}{elite.number}/" tabindex="{0 if first else -1}"'
        figure = self._figure(elite) if self.words else ""
        return f'<td class="{look}"><a {link} aria-label="{said}" title="{title}">{figure}</a></td>'

    def _figure(self, elite: Elite) -> str:
        """What there is room for in a cell: a count, or a score in two digits."""
        if self.show == "candidates":
            return f"{elite.held:,}"
        return number(float(f"{self.sign * elite.score:.2g}") + 0.0)

    @cached_property
    def _names(self) -> list[str]:
        """Of the chosen axes, as attributes bear them: they may hold anything."""
        return [escape(visible(axis.name[:60])) for axis in self.chosen]

    @cached_property
    def _address(self) -> str:
        return reverse("candidate", args=[self.run.project.slug, self.run.number, 0]).removesuffix("0/")

    def _spans_of(self, place: Place) -> tuple[Span, ...]:
        return tuple(_spans(axis)[at] for axis, at in zip(self.chosen, place, strict=False))


def _spans(axis: Descriptor, labels: int = LABELS) -> list[Span]:
    width, every = (axis.high - axis.low) / axis.cells, -(-axis.cells // labels)
    return [Span(axis.low + at * width, axis.low + (at + 1) * width, at % every == 0) for at in range(axis.cells)]


def _why(row: Placed, names: Iterable[str]) -> str:
    """Why a candidate lies nowhere; empty if it does."""
    if row.row.score is None:
        return "reverted" if row.verdict == "revert" else "without a score"
    untold = missing(row.row.values, names)
    return f"without a value of {untold}" if untold else ""


def _rank(elite: Elite) -> tuple[float, int]:
    return -elite.score, elite.number


def _name(island: int | None) -> str:
    return "" if island is None else f"Island {island}"


def chosen(axes: Sequence[Descriptor], names: Sequence[str]) -> list[Descriptor]:
    """The descriptors of these names, at most two; the first two where none is named."""
    found = [axis for name in dict.fromkeys(names) for axis in axes if axis.name == name]
    return (found or list(axes))[:2]


def others(axes: Sequence[Descriptor], taken: Sequence[Descriptor]) -> Iterator[Descriptor]:
    """Descriptors that are not taken."""
    return (axis for axis in axes if axis not in taken)
