"""Plans how to push a cart to a mark: a force for each tenth of a second, from a model of the cart."""

import json
from pathlib import Path

CONFIG = json.loads(Path(__file__).with_name("config.json").read_text())
STEPS = 60
STEP = 0.1  # s


# EVOLVE-BLOCK-START
def push(position, speed):
    """The force in N for a cart at position (m from the mark) with speed (m/s)."""
    gains = CONFIG["gains"]
    return -gains["position"] * position - gains["speed"] * speed


# EVOLVE-BLOCK-END


def run(cart):
    """Forces for a cart {"position", "speed", "mass"} as the model believes it to move."""
    position, speed = cart["position"], cart["speed"]
    forces = []
    for _ in range(STEPS):
        force = push(position, speed)
        forces.append(force)
        speed += STEP * (force - CONFIG["believed"]["friction"] * speed) / cart["mass"]
        position += STEP * speed
    return forces
