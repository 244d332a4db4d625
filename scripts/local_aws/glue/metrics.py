"""The observability metric that alarms watch: `glue.error.ALL`, put by the job's own role."""

import logging
from typing import Any

from botocore.exceptions import ClientError

from local_aws.glue.run import JobRun

log = logging.getLogger("local_aws.glue")

_SWITCH = "--enable-observability-metrics"


def count_failure(cloudwatch: Any, run: JobRun) -> None:
    """Count a failed run, if the job asks for such metrics."""
    if run.arguments.get(_SWITCH, "").lower() != "true":
        return
    named = {"JobName": run.job["Name"], "JobRunId": "ALL", "Type": "count", "ObservabilityGroup": "error"}
    dimensions = [{"Name": name, "Value": value} for name, value in named.items()]
    data = [{"MetricName": "glue.error.ALL", "Value": 1, "Unit": "Count", "Dimensions": dimensions}]
    try:
        cloudwatch.put_metric_data(Namespace="Glue", MetricData=data)
    except ClientError as error:
        log.warning("no metrics of job run %s: %s", run.id, error)
