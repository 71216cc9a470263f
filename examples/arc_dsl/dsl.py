"""Steps from grid to grid. A grid is a tuple of rows, a row a tuple of colours 0 to 9; 0 is the background.

A step gives None where it makes no sense, such as the left half of one column.
"""

from collections import Counter
from itertools import pairwise

LARGEST = 30  # rows or columns, as in ARC


def keep(grid):
    return grid


# Turned and mirrored


def flip_rows(grid):
    """Upside down."""
    return grid[::-1]


def flip_columns(grid):
    return tuple(row[::-1] for row in grid)


def transpose(grid):
    return tuple(zip(*grid, strict=True))


def turn(grid):
    """A quarter, clockwise."""
    return tuple(zip(*grid[::-1], strict=True))


def half_turn(grid):
    return flip_columns(grid[::-1])


# Repeated and enlarged


def twice_right(grid):
    return tuple(row + row for row in grid)


def twice_down(grid):
    return grid + grid


def mirror_right(grid):
    return tuple(row + row[::-1] for row in grid)


def mirror_down(grid):
    return grid + grid[::-1]


def mirror_left(grid):
    return tuple(row[::-1] + row for row in grid)


def mirror_up(grid):
    return grid[::-1] + grid


def double(grid):
    return scaled(grid, 2)


def triple(grid):
    return scaled(grid, 3)


def scaled(grid, times):
    return tuple(tuple(colour for colour in row for _ in range(times)) for row in grid for _ in range(times))


def by_colours(grid):
    """Each cell as large as there are colours beside the background."""
    return scaled(grid, len(set(sum(grid, ())) - {0}) or 1)


def plain(grid):
    """Rows and columns that repeat the one before are left out."""
    return transpose(thinned(transpose(thinned(grid))))


def thinned(grid):
    return grid[:1] + tuple(row for before, row in pairwise(grid) if row != before)


# Parts


def top(grid):
    return grid[: len(grid) // 2] or None


def bottom(grid):
    return grid[(len(grid) + 1) // 2 :] or None


def left(grid):
    half = len(grid[0]) // 2
    return tuple(row[:half] for row in grid) if half else None


def right(grid):
    return flip_columns(part) if (part := left(flip_columns(grid))) else None


def crop(grid):
    """What lies between the first and the last row and column that are not all background."""
    cells = {(y, x) for y, row in enumerate(grid) for x, colour in enumerate(row) if colour}
    return cut(grid, cells) if cells else None


def cut(grid, cells):
    """The smallest rectangle around the cells."""
    rows, columns = [y for y, _ in cells], [x for _, x in cells]
    return tuple(row[min(columns) : max(columns) + 1] for row in grid[min(rows) : max(rows) + 1])


def largest(grid):
    """The rectangle around the object of most cells; objects are cells that touch, by a corner too, of any colour."""
    return cut(grid, max(found, key=len)) if (found := objects(grid)) else None


def smallest(grid):
    return cut(grid, min(found, key=len)) if (found := objects(grid)) else None


def only_largest(grid):
    """Everything but the largest object becomes background."""
    found = objects(grid)
    return among(grid, max(found, key=len)) if found else None


def objects(grid):
    """Sets of cells, in reading order of their first ones."""
    waiting = {(y, x): None for y, row in enumerate(grid) for x, colour in enumerate(row) if colour}
    found = []
    while waiting:
        first = next(iter(waiting))
        del waiting[first]
        cells = [first]
        for y, x in cells:
            near = [(y + down, x + across) for down in (-1, 0, 1) for across in (-1, 0, 1)]
            new = [cell for cell in near if cell in waiting]
            for cell in new:
                del waiting[cell]
            cells += new
        found.append(set(cells))
    return found


def among(grid, cells):
    return tuple(tuple(colour if (y, x) in cells else 0 for x, colour in enumerate(row)) for y, row in enumerate(grid))


# Fallen


def fall_left(grid):
    return tuple(tuple(filter(None, row)) + (0,) * row.count(0) for row in grid)


def fall_right(grid):
    return tuple((0,) * row.count(0) + tuple(filter(None, row)) for row in grid)


def fall_down(grid):
    return transpose(fall_right(transpose(grid)))


def fall_up(grid):
    return transpose(fall_left(transpose(grid)))


# Colours


def counted(grid):
    """Colours beside the background, the commonest first; of equally common ones the lower."""
    counts = Counter(colour for row in grid for colour in row if colour)
    return sorted(counts, key=lambda colour: (-counts[colour], colour))


def recoloured(grid, to):
    return tuple(tuple(to.get(colour, colour) for colour in row) for row in grid)


def exchange(grid):
    """The two commonest colours change places."""
    first = counted(grid)[:2]
    return recoloured(grid, dict(zip(first, first[::-1], strict=True))) if len(first) == 2 else None


def invert(grid):
    """The only colour and the background change places."""
    found = counted(grid)
    return recoloured(grid, {0: found[0], found[0]: 0}) if len(found) == 1 else None


def commonest(grid):
    """Only the commonest colour stays."""
    return recoloured(grid, dict.fromkeys(counted(grid)[1:], 0))


def rarest(grid):
    return recoloured(grid, dict.fromkeys(counted(grid)[:-1], 0))


def without_commonest(grid):
    return recoloured(grid, dict.fromkeys(counted(grid)[:1], 0))


def without_rarest(grid):
    return recoloured(grid, dict.fromkeys(counted(grid)[-1:], 0))


def lift(grid):
    """The commonest of all colours, whichever it is, and the background change places."""
    ((colour, _),) = Counter(sum(grid, ())).most_common(1)
    return recoloured(grid, {colour: 0, 0: colour})


def paint(colour):
    """A step that gives everything that is no background one colour."""

    def painted(grid):
        return tuple(tuple(colour if each else 0 for each in row) for row in grid)

    return painted


def fill(colour):
    """A step that gives a colour to background that is shut in by other colours."""

    def filled(grid):
        outside = reached(grid)
        return tuple(
            tuple(each or (0 if (y, x) in outside else colour) for x, each in enumerate(row))
            for y, row in enumerate(grid)
        )

    return filled


def reached(grid):
    """Cells of background that can be reached from the edge, by their sides."""
    height, width = len(grid), len(grid[0])
    edge = [(y, x) for y in range(height) for x in range(width) if y in (0, height - 1) or x in (0, width - 1)]
    waiting = [cell for cell in edge if not grid[cell[0]][cell[1]]]
    found = set(waiting)
    for y, x in waiting:
        for there in ((y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)):
            if there not in found and 0 <= there[0] < height and 0 <= there[1] < width and not grid[there[0]][there[1]]:
                found.add(there)
                waiting.append(there)
    return found


# Halves and copies laid over each other


def halves(grid):
    """Both halves, along the longer side; a line between them is left out. None where they differ in size."""
    upright = grid if len(grid[0]) >= len(grid) else transpose(grid)
    pair = (left(upright), right(upright))
    if not all(pair):
        return None
    return pair if upright is grid else (transpose(pair[0]), transpose(pair[1]))


def over(first, second, rule):
    return tuple(tuple(map(rule, *rows)) for rows in zip(first, second, strict=True))


def in_both(grid):
    """The first half where the second one has something too."""
    return over(*pair, lambda a, b: a if b else 0) if (pair := halves(grid)) else None


def in_either(grid):
    return over(*pair, lambda a, b: a or b) if (pair := halves(grid)) else None


def in_one(grid):
    """What is in one half and not in the other."""
    return over(*pair, lambda a, b: 0 if a and b else a or b) if (pair := halves(grid)) else None


def in_none(grid):
    """1 where both halves have background."""
    return over(*pair, lambda a, b: 0 if a or b else 1) if (pair := halves(grid)) else None


def complete_columns(grid):
    """Background takes the colour of the mirrored grid."""
    return over(grid, flip_columns(grid), lambda a, b: a or b)


def complete_rows(grid):
    return over(grid, flip_rows(grid), lambda a, b: a or b)


def complete_diagonal(grid):
    return over(grid, transpose(grid), lambda a, b: a or b) if len(grid) == len(grid[0]) else None


def in_itself(grid):
    """A copy of the grid in the place of every cell that is no background."""
    if len(grid) * len(grid) > LARGEST or len(grid[0]) * len(grid[0]) > LARGEST:
        return None
    return tuple(tuple(colour if cell else 0 for cell in outer for colour in inner) for outer in grid for inner in grid)


def below(grid):
    """Every colour goes on down to the edge or to the next one."""
    rows = [grid[0]]
    for row in grid[1:]:
        rows.append(tuple(colour or above for colour, above in zip(row, rows[-1], strict=True)))
    return tuple(rows)
