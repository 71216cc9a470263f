"""Ways to measure a candidate."""

from apps.engine.measurement.everything import everything
from apps.engine.measurement.racing import racing

__all__ = ["everything", "racing"]
