"""Rules that judge a candidate for the archive. Search may be wrong here; only promotion may not."""

from apps.engine.acceptance.admitted import Admitted
from apps.engine.acceptance.always import Always
from apps.engine.acceptance.annealing import Annealing
from apps.engine.acceptance.improves import Improves
from apps.engine.acceptance.protocol import Acceptance, Decision

__all__ = ["Acceptance", "Admitted", "Always", "Annealing", "Decision", "Improves"]
