"""Optimized integrations: Lambda, Glue, Athena, SNS, EventBridge and nested executions."""

import json
import time
from collections.abc import Callable
from typing import Any

from local_aws.errors import AwsError
from local_aws.hooks import Json
from local_aws.stepfunctions.integration import Call, milliseconds, plain, request

_POLL_SECONDS = 0.2
_JOB_ENDS = ("SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR")
_QUERY_ENDS = ("SUCCEEDED", "FAILED", "CANCELLED")


def invoke_lambda(call: Call) -> Json:
    """lambda:invoke: the function's error class is the error's name, its payload the cause."""
    payload = _invoke(call, call.data["FunctionName"], call.data.get("Payload", {}), call.data)
    return {"ExecutedVersion": "$LATEST", "StatusCode": 200, "Payload": payload}


def invoke_function(call: Call) -> Any:
    """A function's own ARN as resource."""
    return _invoke(call, call.resource, call.data, {})


def _invoke(call: Call, function: str, payload: Any, options: Json) -> Any:
    named = {name: options[name] for name in ("Qualifier", "InvocationType", "ClientContext") if name in options}
    body = json.dumps(payload).encode()
    invoke = call.client("lambda").invoke
    try:
        answer = request("Lambda", invoke, FunctionName=function, Payload=body, **named)
    except AwsError as error:
        if error.code == "Lambda.AccessDeniedException":
            raise AwsError("Lambda.AWSLambdaException", error.message) from error
        raise
    text = answer["Payload"].read().decode()
    result = json.loads(text) if text else None
    if answer.get("FunctionError"):
        raise AwsError((result or {}).get("errorType") or "Lambda.Unknown", text)
    return result


def start_job_run(call: Call) -> Json:
    """glue:startJobRun, with .sync until the run is over; a stopped execution stops the run."""
    glue = call.client("glue")
    run_id = request("Glue", glue.start_job_run, **call.data)["JobRunId"]
    named = {"JobName": call.data["JobName"], "RunId": run_id}
    if not call.resource.endswith(".sync"):
        return {"JobRunId": run_id, "JobName": call.data["JobName"]}
    stop = {"JobName": call.data["JobName"], "JobRunIds": [run_id]}
    run = _await(
        call,
        read=lambda: request("Glue", glue.get_job_run, **named)["JobRun"],
        ended=lambda found: found["JobRunState"] in _JOB_ENDS,
        stop=lambda: request("Glue", glue.batch_stop_job_run, **stop),
    )
    answer: Json = plain(run)
    if run["JobRunState"] != "SUCCEEDED":
        raise AwsError("States.TaskFailed", json.dumps(answer))
    return answer


def start_query(call: Call) -> Json:
    """athena:startQueryExecution, with .sync until the query is over."""
    athena = call.client("athena")
    query_id = request("Athena", athena.start_query_execution, **call.data)["QueryExecutionId"]
    if not call.resource.endswith(".sync"):
        return {"QueryExecutionId": query_id}
    query = _await(
        call,
        read=lambda: request("Athena", athena.get_query_execution, QueryExecutionId=query_id)["QueryExecution"],
        ended=lambda found: found["Status"]["State"] in _QUERY_ENDS,
        stop=lambda: request("Athena", athena.stop_query_execution, QueryExecutionId=query_id),
    )
    answer: Json = {"QueryExecution": plain(query)}
    if query["Status"]["State"] != "SUCCEEDED":
        raise AwsError("States.TaskFailed", json.dumps(answer))
    return answer


def publish(call: Call) -> Json:
    """sns:publish; a structured message is sent as its JSON text."""
    message = call.data.get("Message")
    text = message if isinstance(message, str) else json.dumps(message)
    return plain_answer(request("SNS", call.client("sns").publish, **{**call.data, "Message": text}))


def put_events(call: Call) -> Json:
    """events:putEvents; a rejected entry fails the task."""
    entries = [
        {**entry, "Detail": entry["Detail"] if isinstance(entry["Detail"], str) else json.dumps(entry["Detail"])}
        for entry in call.data["Entries"]
    ]
    answer = plain_answer(request("EventBridge", call.client("events").put_events, Entries=entries))
    if answer.get("FailedEntryCount"):
        raise AwsError("EventBridge.FailedEntry", json.dumps(answer))
    return answer


def start_execution(call: Call) -> Json:
    """states:startExecution, with .sync until the nested execution is over (.sync:2 parses its output)."""
    sfn = call.client("stepfunctions")
    named = {name[0].lower() + name[1:]: value for name, value in call.data.items()}
    named["input"] = json.dumps(named.get("input", {}))
    started = request("StepFunctions", sfn.start_execution, **named)
    if ".sync" not in call.resource:
        return {"ExecutionArn": started["executionArn"], "StartDate": milliseconds(started["startDate"])}
    arn = {"executionArn": started["executionArn"]}
    found = _await(
        call,
        read=lambda: request("StepFunctions", sfn.describe_execution, **arn),
        ended=lambda execution: execution["status"] != "RUNNING",
        stop=lambda: request("StepFunctions", sfn.stop_execution, **arn),
    )
    answer = {name[0].upper() + name[1:]: value for name, value in plain(found).items()}
    if found["status"] != "SUCCEEDED":
        raise AwsError("States.TaskFailed", json.dumps(answer))
    if call.resource.endswith(".sync:2"):
        answer["Output"] = json.loads(answer["Output"])
    return answer


def plain_answer(answer: Json) -> Json:
    """The answer as a JSON object."""
    found: Json = plain(answer)
    return found


def _await(call: Call, read: Callable[[], Json], ended: Callable[[Json], bool], stop: Callable[[], Json]) -> Json:
    stopped = False
    while not ended(found := read()):
        late = call.deadline is not None and time.monotonic() > call.deadline
        if (late or call.over()) and not stopped:
            stop()
            stopped = True
        time.sleep(_POLL_SECONDS)
    return found
