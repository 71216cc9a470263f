"""The flight of a ball: a parabola bent by drag, wind and lift, integrated in small steps."""

from math import hypot

# EVOLVE-BLOCK-START
START_X = 10.0  # m
START_Y = 10.0  # m
SPEED_X = 20.0  # m/s
SPEED_Y = 15.0  # m/s
GRAVITY = 9.0  # m/s²
DRAG = 0.001  # 1/m
WIND = 3.0  # m/s, along x
LIFT = 0.04  # 1/s, across the direction of flight
# EVOLVE-BLOCK-END

STEPS = 750  # between two measured times; this is the honest work of an evaluation, about 1.7 ms


def run(times):
    """Positions [x, y] at the given times, which are rising, in seconds."""
    x, y, u, v, now = START_X, START_Y, SPEED_X, SPEED_Y, 0.0
    track = []
    for time in times:
        step = (time - now) / STEPS
        for _ in range(STEPS):
            against = u - WIND
            slowing = DRAG * hypot(against, v)
            x += step * u
            y += step * v
            u -= step * (slowing * against + LIFT * v)
            v -= step * (slowing * v - LIFT * against + GRAVITY)
        now = time
        track.append([x, y])
    return track
