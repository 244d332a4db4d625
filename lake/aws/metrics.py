"""Metrics as CloudWatch's embedded metric format (EMF): a log line that CloudWatch turns into numbers."""

from collections.abc import Mapping

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

NAMESPACE = "Assay"
_UNITS = {"Seconds": MetricUnit.Seconds, "Percent": MetricUnit.Percent, "Usd": MetricUnit.NoUnit}


class EmbeddedMetrics:
    """Counts, by environment and dataset. No permission and no call is needed, so counting cannot fail a run."""

    def __init__(self, environment: str) -> None:
        self._environment = environment

    def count(self, dataset: str, run_id: str, numbers: Mapping[str, float], state: str = "") -> None:
        """Print one line with every number. The run is a property: as a dimension each would be a metric."""
        line = EphemeralMetrics(namespace=NAMESPACE)
        line.add_dimension(name="environment", value=self._environment)
        line.add_dimension(name="dataset", value=dataset)
        if state:
            line.add_dimension(name="state", value=state)
        if run_id:
            line.add_metadata(key="run_id", value=run_id)
        for name, number in numbers.items():
            unit = next((unit for ending, unit in _UNITS.items() if name.endswith(ending)), MetricUnit.Count)
            line.add_metric(name=name, unit=unit, value=number)
        line.flush_metrics()
