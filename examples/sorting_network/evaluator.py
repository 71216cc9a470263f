"""Does a network of comparators sort every input, and with how few comparators? Exact, by the 0-1 principle.

A network that sorts all 2^n inputs of zeros and ones sorts everything (Knuth, The Art of Computer Programming 3, 5.3.4,
theorem Z). All inputs go through at once: a wire is one integer, with a bit for each input.
"""

from itertools import pairwise

MOST = 99  # comparators, so that a network that sorts scores above UNSORTED
UNSORTED = -100.0  # for a network that does not sort, and as much again by the share of inputs it leaves unsorted
WORST = -1000.0  # for what is no network


def score(input, expected, output, seed):
    """input is the number of wires, output a list of comparators [low, high]: the smaller value goes to wire low.

    A network that sorts scores minus its comparators, idle ones left out, and minus a hundredth of its exchanges per
    input. These never outweigh a comparator, as there are fewer of them than comparators; but a comparator that
    exchanges less often than before is on its way to being idle, and so a search sees that it comes nearer.
    """
    fault = fault_of(output, input)
    if fault:
        return {"score": WORST, "feedback": fault}
    wires, working, exchanges = pass_through(output, input)
    missed = unsorted(wires)
    lost = missed.bit_count() / 2**input
    metrics = {
        "comparators": len(working),
        "idle": len(output) - len(working),
        "depth": depth(working, input),
        "exchanges": exchanges,
        "reach": sum(high - low for low, high in working) / max(1, len(working)),
        "sorted": 1 - lost,
    }
    if missed:
        return {"score": UNSORTED * (1 + lost), "metrics": metrics, "feedback": told(missed, input)}
    return {"score": -len(working) - exchanges / 100, "metrics": metrics}


def fault_of(network, count):
    """Why this is no network of so many wires, or ""."""
    if not isinstance(network, list) or len(network) > MOST:
        return f"a list of at most {MOST} comparators [low, high] was expected"
    for number, pair in enumerate(network):
        if not isinstance(pair, list) or len(pair) != 2 or not all(type(wire) is int for wire in pair):
            return f"comparator {number} is not a pair [low, high] of wire numbers"
        if not 0 <= pair[0] < pair[1] < count:
            return f"comparator {number} must connect wires 0 <= low < high < {count}"
    return ""


def pass_through(network, count):
    """The wires behind the network; its comparators that exchange on some input; the mean number of exchanges.

    The other comparators are idle: left out, nothing changes.
    """
    wires, working, exchanges = inputs(count), [], 0
    for low, high in network:
        exchanged = wires[low] & ~wires[high]
        if exchanged:
            wires[low], wires[high] = wires[low] & wires[high], wires[low] | wires[high]
            working.append((low, high))
            exchanges += exchanged.bit_count()
    return wires, working, exchanges / 2**count


def inputs(count):
    """Wire i as an integer whose bit x is bit i of x: together the wires hold every input once."""
    return [sum(1 << x for x in range(1 << count) if x >> wire & 1) for wire in range(count)]


def unsorted(wires):
    """A bit for each input on which some wire holds a one and the next a zero."""
    missed = 0
    for low, high in pairwise(wires):
        missed |= low & ~high
    return missed


def depth(network, count):
    """Steps that are needed where comparators on different wires work at the same time."""
    busy = [0] * count
    for low, high in network:
        busy[low] = busy[high] = max(busy[low], busy[high]) + 1
    return max(busy)


def told(missed, count):
    """A sentence with one input that stays unsorted."""
    first = (missed & -missed).bit_length() - 1
    shown = " ".join(str(first >> wire & 1) for wire in range(count))
    return f"{missed.bit_count()} of {2**count} inputs of zeros and ones stay unsorted, for example {shown}"
