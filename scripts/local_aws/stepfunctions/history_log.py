"""An execution's history in the log group of its state machine, written when it ends."""

import json
import logging
import time
from typing import Any

from botocore.exceptions import ClientError

from local_aws.background import in_background
from local_aws.clients import Clients
from local_aws.hooks import Json

log = logging.getLogger("local_aws.stepfunctions")

_ENDINGS = ("ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut")
_BATCH = 500


def write(clients: Clients, machine: Json, execution: Json) -> None:
    """Put the events that the machine's logging configuration asks for."""
    configuration = machine.get("loggingConfiguration") or {}
    destinations = configuration.get("destinations") or []
    events = [e for e in execution["events"] if _wanted(e, configuration.get("level", "OFF"))]
    if not destinations or not events:
        return
    group = destinations[0]["cloudWatchLogsLogGroup"]["logGroupArn"].split(":log-group:")[1].removesuffix(":*")
    lines = [_line(event, execution, configuration.get("includeExecutionData", False)) for event in events]
    stream = f"states/{machine['name']}/{execution['name']}"
    in_background(lambda: _put(clients, group, stream, lines))


def _wanted(event: Json, level: str) -> bool:
    if level == "ALL":
        return True
    failed = event["type"].endswith("Failed") or event["type"] in _ENDINGS
    return failed if level == "ERROR" else level == "FATAL" and event["type"] in _ENDINGS


def _line(event: Json, execution: Json, with_data: bool) -> Json:
    details: Json = next((value for name, value in event.items() if name.endswith("EventDetails")), {})
    hidden = () if with_data else ("input", "output")
    shown = {name: value for name, value in details.items() if name not in hidden}
    return {"id": event["id"], "type": event["type"], "details": shown, "execution_arn": execution["executionArn"]}


def _put(clients: Clients, group: str, stream: str, lines: list[Any]) -> None:
    logs = clients.root("logs")
    at = int(time.time() * 1000)
    events = [{"timestamp": at, "message": json.dumps(line)} for line in lines]
    try:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        for start in range(0, len(events), _BATCH):
            batch = events[start : start + _BATCH]
            logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=batch)
    except ClientError as error:
        log.warning("no history of an execution in %s: %s", group, error)
