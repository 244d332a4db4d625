"""AWS/States metrics, which alarms watch: one count at the start and one at the end of an execution."""

import logging
from collections.abc import Callable
from datetime import datetime

from botocore.exceptions import ClientError

from local_aws.background import in_background
from local_aws.clients import Clients
from local_aws.hooks import Json, replace
from local_aws.stepfunctions.requests import MODULE

log = logging.getLogger("local_aws.stepfunctions")

_NAMES = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}


def install(clients: Clients) -> None:
    """Hook in where MiniStack tells EventBridge of a change of status."""

    def build(original: Callable[[Json], None]) -> Callable[[Json], None]:
        def emit(execution: Json) -> None:
            original(execution)
            region = execution["stateMachineArn"].split(":")[3]
            data = _data(execution)
            in_background(lambda: _put(clients, region, data))

        return emit

    replace(MODULE, "_emit_execution_status_event", build)


def _data(execution: Json) -> list[Json]:
    dimensions = [{"Name": "StateMachineArn", "Value": execution["stateMachineArn"]}]
    count = {"MetricName": _NAMES[execution["status"]], "Value": 1, "Unit": "Count", "Dimensions": dimensions}
    if not execution.get("stopDate"):
        return [count]
    started, stopped = (datetime.fromisoformat(execution[name]) for name in ("startDate", "stopDate"))
    spent = (stopped - started).total_seconds() * 1000
    return [count, {"MetricName": "ExecutionTime", "Value": spent, "Unit": "Milliseconds", "Dimensions": dimensions}]


def _put(clients: Clients, region: str, data: list[Json]) -> None:
    try:
        clients.root("cloudwatch", region).put_metric_data(Namespace="AWS/States", MetricData=data)
    except ClientError as error:
        log.warning("no AWS/States metrics: %s", error)
