"""Lets the real cart follow the planned forces: minus its mean distance from the mark and the effort. 0 is perfect."""

from math import fsum, inf

STEPS = 60
STEP = 0.1  # s
STRONGEST = 5.0  # N; the motor does no more
EFFORT = 0.02  # m per N²
WORST = -1e6


def score(input, expected, output, seed):
    """input is the cart, expected its real friction, output one force for each step."""
    if not isinstance(output, list) or len(output) != STEPS or not all(type(one) in (int, float) for one in output):
        return {"score": WORST, "feedback": f"a list of {STEPS} forces was expected"}
    forces = [min(STRONGEST, max(-STRONGEST, force)) for force in output]
    distance = fsum(map(abs, ride(input, expected["friction"], forces))) / STEPS
    effort = fsum(force * force for force in forces) / STEPS
    total = -distance - EFFORT * effort
    if not -inf < total < inf:
        return {"score": WORST, "feedback": "the cart leaves the numbers"}
    return {"score": total, "metrics": {"distance": distance, "effort": effort}}


def ride(cart, friction, forces):
    """Positions of the cart after each step."""
    position, speed = cart["position"], cart["speed"]
    for force in forces:
        speed += STEP * (force - friction * speed) / cart["mass"]
        position += STEP * speed
        yield position
