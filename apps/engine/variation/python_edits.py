"""Drawing a change of a Python program until one comes of it that may be made and compiles."""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from apps.engine.variation.python_tree import compiles
from apps.engine.variation.regions import outside_unchanged

TRIES = 12
SUFFIXES = (".py", ".pyi")


def first_sound[Site](
    texts: Mapping[str, str],
    edits: Mapping[str, str],
    rng: Random,
    places: Callable[[str, str], Sequence[Site]],
    change: Callable[[str, Sequence[Site], Random], str],
) -> dict[str, str]:
    """One changed file, drawn uniformly among those with places; none where nothing came of TRIES draws.

    places tells, from a text and its mode, where it can be changed; change makes the new text.
    """
    modes = {path: edits.get(path, "protected") for path in sorted(texts) if path.endswith(SUFFIXES)}
    paths = [path for path, mode in modes.items() if places(texts[path], mode)]
    for _ in range(TRIES if paths else 0):
        path = rng.choice(paths)
        before = texts[path]
        after = change(before, places(before, modes[path]), rng)
        if after != before and outside_unchanged(before, after, modes[path]) and compiles(after):
            return {path: after}
    return {}
