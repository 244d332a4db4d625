"""CloudWatch behind the `Metrics` port."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lake.aws.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import DimensionTypeDef

NAMESPACE = "Assay"


class CloudWatch:
    """Counts, by environment and dataset."""

    def __init__(self, client: "CloudWatchClient", environment: str) -> None:
        self._client = client
        self._environment = environment

    def count(self, dataset: str, numbers: Mapping[str, int]) -> None:
        """Put one data point for each number."""
        dimensions: list[DimensionTypeDef] = [
            {"Name": "environment", "Value": self._environment},
            {"Name": "dataset", "Value": dataset},
        ]
        with translated(f"count {', '.join(numbers)} of {dataset}"):
            self._client.put_metric_data(
                Namespace=NAMESPACE,
                MetricData=[
                    {"MetricName": name, "Dimensions": dimensions, "Value": number, "Unit": "Count"}
                    for name, number in numbers.items()
                ],
            )
