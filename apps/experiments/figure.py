"""The curves of an experiment as a picture that needs nothing else: for a paper, a report, a slide."""

from dataclasses import dataclass

from apps.experiments.chart import HIGH, Chart
from apps.experiments.desk import Desk

LEFT, TOP, WIDE, TALL = 90, 70, 620, 340  # the plot, in the picture's own coordinates
LINE = 22  # of the legend
COLOURS = ("#0b6b5c", "#b3541e", "#3d5a98", "#8a4f7d", "#6b6b1f", "#a3231b", "#2f7d9c", "#555b57")
DASHES = ("", "7 4", "2 3", "9 3 2 3", "14 4", "4 4", "1 4", "12 3 2 3 2 3")


@dataclass(frozen=True)
class Figure:
    """The picture of a desk's chosen board."""

    desk: Desk

    @property
    def chart(self) -> Chart | None:
        return self.desk.chart

    @property
    def title(self) -> str:
        return self.desk.experiment.name

    @property
    def lines(self) -> list[dict[str, object]]:
        """Each curve with its look, and where its name stands."""
        if self.chart is None:
            return []
        return [
            {
                "line": line,
                "colour": COLOURS[line.style],
                "dash": DASHES[line.style],
                "y": TOP + 8 + LINE * at,
            }
            for at, line in enumerate(self.chart.lines)
        ]

    @property
    def scale(self) -> str:
        """From the chart's coordinates to the picture's."""
        return f"translate({LEFT} {TOP}) scale({WIDE / HIGH} {TALL / HIGH})"

    @property
    def ticks(self) -> list[tuple[float, float]]:
        """(y, value)."""
        return [(TOP + TALL * tick.at / 100, tick.value) for tick in self.chart.ticks] if self.chart else []

    @property
    def numbers(self) -> list[tuple[float, float]]:
        """(x, candidates measured)."""
        return [(LEFT + WIDE * tick.at / 100, tick.value) for tick in self.chart.numbers] if self.chart else []
