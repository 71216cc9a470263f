"""Ways to measure a candidate."""

from apps.engine.measurement.everything import everything

__all__ = ["everything"]
