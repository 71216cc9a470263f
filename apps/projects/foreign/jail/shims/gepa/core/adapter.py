"""What an adapter is and returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

DataInst = TypeVar("DataInst")
Trajectory = TypeVar("Trajectory")
RolloutOutput = TypeVar("RolloutOutput")


@dataclass
class EvaluationBatch[Trajectory, RolloutOutput]:
    """Results of a batch, in its order. Higher scores are better."""

    outputs: list[RolloutOutput]
    scores: list[float]
    trajectories: list[Trajectory] | None = None
    objective_scores: list[dict[str, float]] | None = None
    num_metric_calls: int | None = None


class GEPAAdapter[DataInst, Trajectory, RolloutOutput]:
    """What a task implements."""

    propose_new_texts: Any = None

    def evaluate(
        self, batch: list[DataInst], candidate: dict[str, str], capture_traces: bool = False
    ) -> EvaluationBatch[Trajectory, RolloutOutput]:
        """Run the candidate on every example of the batch."""
        raise NotImplementedError("the adapter has no evaluate")

    def make_reflective_dataset(
        self,
        candidate: dict[str, str],
        eval_batch: EvaluationBatch[Trajectory, RolloutOutput],
        components_to_update: list[str],
    ) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """What a model is shown that reflects on each component."""
        raise NotImplementedError("the adapter has no make_reflective_dataset")
