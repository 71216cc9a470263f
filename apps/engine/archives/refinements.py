"""What refinements made of right and of wrong tasks, counted as they are judged."""

from apps.engine.population import Population
from apps.engine.statistics.transitions import Transitions

VOTES, STAYED = "votes", "stayed"  # traits of a child: chains that ended with it, and those that ended with its base


class Refinements:
    """The transitions of all judged candidates against their bases. solved is the score at which a task is right.

    A bundle without one of its parts refines nothing.
    """

    def __init__(self, solved: float) -> None:
        self.solved = solved
        self.transitions = Transitions()
        self._seen: set[int] = set()

    def changed(self, population: Population, number: int) -> None:
        """A candidate's standing may be another; what counts is what it was when it was judged first."""
        member = population.members[number]
        if number in self._seen or not member.parents or member.left_out:
            return
        self._seen.add(number)
        before, after = population.estimate(member.parents[0]), population.estimate(number)
        states = [(before.task(key), after.task(key)) for key in population.required]
        pairs = [(self._right(old), self._right(new)) for old, new in states if old is not None]
        traits = member.traits
        self.transitions = self.transitions.after(pairs, traits.get(VOTES, 1), traits.get(STAYED, 0))

    def _right(self, score: float | None) -> bool:
        return score is not None and score >= self.solved
