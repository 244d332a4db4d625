"""An alarm that changes its state is an event, as on AWS."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from local_aws import engine
from local_aws.hooks import Json, replace

_MODULE = "ministack.services.cloudwatch"


def install() -> None:
    """Hook in where MiniStack carries out an alarm's actions."""
    replace(_MODULE, "_dispatch_alarm_actions", _tell_bus)


def _tell_bus(original: Callable[..., None]) -> Callable[..., None]:
    def dispatch(alarm: Json, old_state: str, new_state: str, reason: str) -> None:
        original(alarm, old_state, new_state, reason)
        account, region = engine.request_scope()
        entry = {
            "Source": "aws.cloudwatch",
            "DetailType": "CloudWatch Alarm State Change",
            "Resources": [f"arn:aws:cloudwatch:{region}:{account}:alarm:{alarm['AlarmName']}"],
            "Detail": json.dumps(_detail(alarm, old_state, new_state, reason)),
        }
        engine.module("ministack.services.eventbridge")._put_events({"Entries": [entry]}, allow_aws_source=True)

    return dispatch


def _detail(alarm: Json, old_state: str, new_state: str, reason: str) -> Json:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    metric = {
        "namespace": alarm.get("Namespace", ""),
        "name": alarm.get("MetricName", ""),
        "dimensions": {each["Name"]: each["Value"] for each in alarm.get("Dimensions", [])},
    }
    stat = {"metric": metric, "period": alarm.get("Period", 60), "stat": alarm.get("Statistic", "")}
    return {
        "alarmName": alarm["AlarmName"],
        "state": {"value": new_state, "reason": reason, "timestamp": now},
        "previousState": {"value": old_state},
        "configuration": {
            "description": alarm.get("AlarmDescription", ""),
            "metrics": [{"id": "m1", "metricStat": stat, "returnData": True}],
        },
    }
