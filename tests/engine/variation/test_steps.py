from apps.engine.variation.numbers import PerturbNumbers
from apps.engine.variation.steps import LARGEST, SMALLEST, AdaptiveStep

from .programs import seeded

TEXTS, EDITS = {"a.py": "x = 1.5\n"}, {"a.py": "whole"}


def folded(step, successes):
    memory = step.initial()
    for success in successes:
        memory = step.update(memory, success)
    return step.sigma(memory)


def test_one_success_in_five_keeps_the_size():
    assert abs(folded(AdaptiveStep(0.2), [True, *[False] * 4] * 10) - 0.2) < 1e-3


def test_the_size_stays_within_bounds():
    assert folded(AdaptiveStep(), [True] * 100) == LARGEST
    assert folded(AdaptiveStep(), [False] * 1000) == SMALLEST


def test_the_edit_is_that_of_a_perturbation_of_that_size():
    for sigma in (0.2, 0.01):
        moved = AdaptiveStep().edit(TEXTS, EDITS, seeded(1), sigma=sigma)
        assert moved == PerturbNumbers(sigma).edit(TEXTS, EDITS, seeded(1))
    assert AdaptiveStep(0.3).edit(TEXTS, EDITS, seeded(1)) == PerturbNumbers(0.3).edit(TEXTS, EDITS, seeded(1))


def test_it_finds_an_optimum_by_the_rule():
    """Minimise (x - 7)^2 from 1.5: the step shrinks as x closes in."""
    step, rng = AdaptiveStep(), seeded(4)
    memory, text = step.initial(), TEXTS["a.py"]
    for _ in range(150):
        child = step.edit({"a.py": text}, EDITS, rng, sigma=step.sigma(memory))
        success = bool(child) and _loss(child["a.py"]) < _loss(text)
        memory = step.update(memory, success)
        text = child["a.py"] if success else text
    assert _loss(text) < 1e-6
    assert step.sigma(memory) < 1e-3


def _loss(text):
    return (float(text.removeprefix("x = ")) - 7) ** 2
