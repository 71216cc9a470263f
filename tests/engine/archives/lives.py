"""Lives of a population in which anything happens to candidates: kept, dropped, reverted, measured again."""

from hypothesis import strategies as st

from apps.engine.population import Member, Population
from apps.engine.records import Result

few = st.integers(0, 3).map(float)  # so few values that ties are frequent
facts = st.dictionaries(st.sampled_from(["fill", "cost"]), few)


def events(tasks, contents=12):
    """(what happens, to the candidate counted round, its content, results by task, its traits)."""
    results = st.fixed_dictionaries({task: st.tuples(st.one_of(few, few, st.none()), facts) for task in tasks})
    kind = st.sampled_from(["born", "born", "born", "again", "revert", "keep"])
    return st.lists(
        st.tuples(kind, st.integers(0, 40), st.integers(0, contents), results, st.integers(0, 3)), max_size=40
    )


def lived(population, happened):
    """The population after these events; some contents are born twice."""
    for what, at, content, results, island in happened:
        count = len(population.members)
        rows = [
            Result(task, score, "" if score is not None else "error", fact) for task, (score, fact) in results.items()
        ]
        if what == "born":
            parents = (at % count,) if count else ()
            traits = {"island": island} if island < 2 else {}
            population.add(Member(count, parents, {}, bytes([content]), "any", traits, size=content % 5))
            population.measured(count, rows)
            population.judged(count, "keep" if population.score(count) is not None else "drop")
        elif count and what == "again":
            population.measured(at % count, rows)
        elif count:
            population.judged(at % count, what)
    return population


def listed(population):
    return {number: population.listed(number) for number in population.members if population.listed(number) is not None}


def empty(archive, tasks=("task",)):
    return Population(tasks, archive=archive)
