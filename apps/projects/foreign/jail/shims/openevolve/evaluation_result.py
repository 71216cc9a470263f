"""What an evaluator may return in place of a dict of metrics."""

from dataclasses import dataclass, field


@dataclass
class EvaluationResult:
    """Metrics by name, and artifacts: texts or bytes that are told to the model beside them."""

    metrics: dict[str, float]
    artifacts: dict[str, str | bytes] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, metrics: dict[str, float]) -> "EvaluationResult":
        """A result without artifacts."""
        return cls(metrics)

    def to_dict(self) -> dict[str, float]:
        """The metrics alone."""
        return self.metrics

    def has_artifacts(self) -> bool:
        """Whether there are any."""
        return bool(self.artifacts)

    def get_artifact_keys(self) -> list[str]:
        """Their names."""
        return list(self.artifacts)

    def get_artifact_size(self, key: str) -> int:
        """Bytes of one of them, 0 for none."""
        value = self.artifacts.get(key, b"")
        return len(value if isinstance(value, bytes) else str(value).encode())

    def get_total_artifact_size(self) -> int:
        """Bytes of all of them."""
        return sum(map(self.get_artifact_size, self.artifacts))
