"""An alarm looks at the metric of its own dimensions, and when it changes its state, that is an event: as on AWS."""

import json
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime

from local_aws import engine
from local_aws.hooks import Json, replace

_MODULE = "ministack.services.cloudwatch"
# The dimensions of the alarm that is being looked at; MiniStack takes every metric of the name.
_dimensions: ContextVar[dict[str, str] | None] = ContextVar("dimensions", default=None)


def install() -> None:
    """Hook in where MiniStack looks at an alarm's metric, and where it carries out its actions."""
    replace(_MODULE, "_evaluate_alarm", _of_its_dimensions)
    replace(_MODULE, "_calc_stats", _of_these_dimensions)
    replace(_MODULE, "_dispatch_alarm_actions", _tell_bus)


def _of_its_dimensions(original: Callable[[Json], None]) -> Callable[[Json], None]:
    def evaluate(alarm: Json) -> None:
        token = _dimensions.set({each["Name"]: each["Value"] for each in alarm.get("Dimensions") or []})
        try:
            original(alarm)
        finally:
            _dimensions.reset(token)

    return evaluate


def _of_these_dimensions(original: Callable[[list[Json]], Json]) -> Callable[[list[Json]], Json]:
    def calculate(points: list[Json]) -> Json:
        wanted = _dimensions.get()
        return original(points if wanted is None else [each for each in points if each["Dimensions"] == wanted])

    return calculate


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
