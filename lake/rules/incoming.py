"""Events as they come: ours, those of Step Functions and CloudWatch, and what a function gave up on."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lake.errors import InvalidRequestError
from lake.rules.event import SOURCE, Event, EventKind, read_detail
from lake.rules.failure import parse_cause

_ENDS = {
    "FAILED": EventKind.RUN_FAILED,
    "TIMED_OUT": EventKind.RUN_TIMED_OUT,
    "ABORTED": EventKind.RUN_ABORTED,
}
_FIRST_RUNBOOK = "docs/runbooks/"


def read_event(found: Mapping[str, Any], environment: str) -> Event:
    """What an event says. Raises InvalidRequestError or RecordError when it is none that people are told of."""
    source = found.get("source")
    if source == SOURCE:
        return read_detail(found["detail-type"], found["detail"])
    if source == "aws.states":
        return _from_execution(found, environment)
    if source == "aws.cloudwatch":
        return _from_alarm(found["detail"], environment)
    if "requestContext" in found:
        return _from_failure(found, environment)
    raise InvalidRequestError(
        f"nobody is told of events of source '{source}', type '{found.get('detail-type')}'; expected one of "
        f"{SOURCE}, aws.states, aws.cloudwatch, or a function's failure"
    )


def _from_execution(found: Mapping[str, Any], environment: str) -> Event:
    """The safety net: all that Step Functions itself tells of an execution. Raises InvalidRequestError."""
    detail = found["detail"]
    kind = _ENDS.get(detail["status"])
    if kind is None:
        raise InvalidRequestError(f"an execution that is {detail['status']} is no news for people")
    error, cause = detail.get("error") or "", detail.get("cause") or ""
    reason = ": ".join(each for each in (error, parse_cause(cause).message if cause else "") if each)
    return Event(
        kind,
        environment,
        reason=reason or f"Step Functions gives no cause, the execution is {detail['status']}",
        dataset=_dataset_of(detail.get("input") or ""),
        run_id=detail["name"],
        error=error,
        since=found["time"],
        execution_arn=detail["executionArn"],
    )


def _dataset_of(given: str) -> str:
    """Step Functions leaves out an input that is too long."""
    found = json.loads(given) if given else {}
    return str(found.get("dataset") or "")


def _from_alarm(detail: Mapping[str, Any], environment: str) -> Event:
    description = str(detail.get("configuration", {}).get("description") or "")
    meaning, _, runbook = description.partition(f"See {_FIRST_RUNBOOK}")
    state = detail["state"]
    return Event(
        EventKind.ALARM_RANG,
        environment,
        reason=meaning.strip() or str(state.get("reason") or ""),
        state=detail["alarmName"],
        since=str(state.get("timestamp") or ""),
        lines=(str(state["reason"]),) if state.get("reason") else (),
        runbook=runbook.removesuffix("."),
    )


def _from_failure(found: Mapping[str, Any], environment: str) -> Event:
    """What a function gave up on; the bad end of an execution is told all the same."""
    failed, given = _from_function(found, environment), found.get("requestPayload") or {}
    if given.get("source") != "aws.states":
        return failed
    lost = f"{failed.state} gave up: {failed.reason}; the run's context is not kept, its sources are not given back"
    return replace(_from_execution(given, environment), lines=(lost,))


def _from_function(found: Mapping[str, Any], environment: str) -> Event:
    context, answer = found["requestContext"], found.get("responsePayload") or {}
    payload = found.get("requestPayload") or {}
    error = str(answer.get("errorType") or context.get("condition") or "")
    message = str(answer.get("errorMessage") or "it did not say why")
    return Event(
        EventKind.FUNCTION_FAILED,
        environment,
        reason=f"{error}: {message}" if error else message,
        dataset=str(payload.get("dataset") or ""),
        state=str(context.get("functionArn") or "").split(":function:")[-1],
        error=error,
        since=str(found.get("timestamp") or ""),
        lines=(f"the event: {payload}",),
    )
