from random import Random

from apps.engine.variation.coordinates import coordinates
from apps.engine.variation.places import MovePlaces

TABLE = "T = [0.01, 0.99, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]\nN = 3\n"
WHOLE = {"a.py": "whole"}


def values(text):
    return [axis.number.value for axis in coordinates({"a.py": text}, WHOLE)]


def test_neighbours_move_together_and_nothing_else():
    for seed in range(30):
        edit = MovePlaces(0.3, 2).edit({"a.py": TABLE}, WHOLE, Random(seed))
        moved = [
            at for at, (old, new) in enumerate(zip(values(TABLE), values(edit["a.py"]), strict=True)) if old != new
        ]
        assert len(moved) in (1, 2)
        assert moved[-1] - moved[0] <= 1


def test_a_small_number_of_a_table_moves_like_its_neighbours_inside_the_limits():
    found = [
        values((MovePlaces(0.3, 9).edit({"a.py": TABLE}, WHOLE, Random(seed)) or {})["a.py"]) for seed in range(50)
    ]
    firsts = [row[0] for row in found]
    assert max(firsts) > 0.2
    assert all(0.0 <= value <= 1.0 for row in found for value in row[:-1])


def test_where_there_is_no_number_nothing_moves():
    assert MovePlaces(0.3).edit({"a.py": "print()\n"}, WHOLE, Random(1)) is None
