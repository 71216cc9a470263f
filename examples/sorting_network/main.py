"""A network of comparators that sorts eight values: one statement each, in the order in which they work."""

NETWORK = []


def compare(one, other):
    """Compare the values of two wires; the smaller one goes to the wire of the lower number."""
    NETWORK.append((one, other))


# EVOLVE-BLOCK-START
# the largest goes to wire 7
compare(0, 1)
compare(1, 2)
compare(2, 3)
compare(3, 4)
compare(4, 5)
compare(5, 6)
compare(6, 7)
# the largest of what is left goes to wire 6
compare(0, 1)
compare(1, 2)
compare(2, 3)
compare(3, 4)
compare(4, 5)
compare(5, 6)
# the largest of what is left goes to wire 5
compare(0, 1)
compare(1, 2)
compare(2, 3)
compare(3, 4)
compare(4, 5)
# the largest of what is left goes to wire 4
compare(0, 1)
compare(1, 2)
compare(2, 3)
compare(3, 4)
# the largest of what is left goes to wire 3
compare(0, 1)
compare(1, 2)
compare(2, 3)
# the largest of what is left goes to wire 2
compare(0, 1)
compare(1, 2)
# the largest of what is left goes to wire 1
compare(0, 1)
# EVOLVE-BLOCK-END


def run(count):
    """The comparators as [low, high]. Wire numbers go round; a wire that meets itself is left out."""
    pairs = [sorted((one % count, other % count)) for one, other in NETWORK]
    return [[low, high] for low, high in pairs if low != high]
