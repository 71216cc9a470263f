"""The newest candidates, as many as a population holds: a generational algorithm without its step in time.

A child takes the place of the oldest. So everybody lives for as many births as in a generation, and no round has to
wait for the end of one: De Jong and Sarma, Generation Gaps Revisited, FOGA 2 (1993), find that a steady state with this
replacement behaves like generations do, other than one that replaces the worst.
"""

from bisect import bisect_left, insort

from apps.engine.population import Population


class Newest:
    """The size candidates with the highest numbers among those that may be selected. numbers is in order of birth.

    Who was pushed out never comes back, also where one of the newer ones is taken out. Raises ValueError for a size
    below 1.
    """

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError(f"a population has at least 1 member, not {size}")
        self.size = size
        self.numbers: list[int] = []
        self._gone = -1  # the highest number that was pushed out

    def changed(self, population: Population, number: int) -> None:
        at = bisect_left(self.numbers, number)
        inside = at < len(self.numbers) and self.numbers[at] == number
        selectable = population.listed(number) is not None
        if inside and not selectable:
            del self.numbers[at]
        elif selectable and not inside and number > self._gone:
            insort(self.numbers, number)
        if len(self.numbers) > self.size:
            self._gone = self.numbers.pop(0)
