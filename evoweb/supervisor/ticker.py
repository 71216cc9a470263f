"""Rings for the sweep and for experiments every second. Needs no Django and no database, so it stays small."""

import os
import time

from apps.common.bell import Bell

SECONDS = 1.0


def main() -> None:
    """Ring until killed."""
    bell = Bell(os.environ["EVOWEB_BROKER_URL"])
    while True:
        bell.alive("ticker")
        bell.ring("sweep")
        bell.ring("experiments")
        time.sleep(SECONDS)


if __name__ == "__main__":
    main()
