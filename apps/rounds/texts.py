"""Texts of candidates by number, looked up when an answer is handed over; the last ones stay in memory."""

from collections import OrderedDict
from collections.abc import Mapping

from apps.common.ids import row_id
from apps.engine.canonical import decode
from apps.engine.population import Population
from apps.records import content
from apps.records.models import CandidateEdit

KEPT = 256


class Texts:
    """Component texts of one run's candidates."""

    def __init__(self, run: int, population: Population) -> None:
        self._run = run
        self._population = population
        self._kept: OrderedDict[int, Mapping[str, str]] = OrderedDict()

    def keep(self, number: int, texts: Mapping[str, str]) -> None:
        """Remember texts that were just proposed."""
        self._kept[number] = texts
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def of(self, number: int) -> Mapping[str, str]:
        """Texts of a candidate of this run by path."""
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        texts = load(self._population.members[number].content)
        self.keep(number, texts)
        return texts


def load(paths: Mapping[str, str]) -> dict[str, str]:
    """Texts behind the digests (hex) of a content."""
    found = content.load(bytes.fromhex(name) for name in paths.values())
    return {path: found[bytes.fromhex(name)].decode() for path, name in paths.items()}


def of_candidate(run: int, number: int) -> dict[str, str]:
    """Texts of a candidate of any run."""
    stored = CandidateEdit.objects.values_list("content", flat=True).get(pk=row_id(run, number))
    return load(decode(bytes(stored)))
