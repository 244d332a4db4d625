"""Metrics as CloudWatch's embedded metric format (EMF): a log line that CloudWatch turns into numbers."""

from collections.abc import Mapping

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

NAMESPACE = "Assay"


class EmbeddedMetrics:
    """Counts, by environment and dataset. No permission and no call is needed, so counting cannot fail a run."""

    def __init__(self, environment: str) -> None:
        self._environment = environment

    def count(self, dataset: str, numbers: Mapping[str, int]) -> None:
        """Print one line with every number."""
        line = EphemeralMetrics(namespace=NAMESPACE)
        line.add_dimension(name="environment", value=self._environment)
        line.add_dimension(name="dataset", value=dataset)
        for name, number in numbers.items():
            line.add_metric(name=name, unit=MetricUnit.Count, value=number)
        line.flush_metrics()
