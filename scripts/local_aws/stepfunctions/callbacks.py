"""`.waitForTaskToken`: call the service, then wait for the token, a heartbeat, a timeout or a stop."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from local_aws import engine
from local_aws.hooks import Json, replace
from local_aws.stepfunctions.current import current, over
from local_aws.stepfunctions.requests import MODULE
from local_aws.stepfunctions.tasks import Tasks

_POLL_SECONDS = 0.1
_SUFFIX = ".waitForTaskToken"


def install(tasks: Tasks) -> None:
    """Hook in."""

    def build(original: Callable[..., Any]) -> Callable[..., Any]:
        def invoke(resource: str, data: Json, token: str, state: Json) -> Any:
            integration = tasks.find(resource)
            if integration is None:
                return original(resource, data, token, state)
            tokens = engine.module(MODULE)._task_tokens
            entry = tokens[token] = {"event": threading.Event(), "result": None, "error": None, "heartbeat": None}
            try:
                tasks.call(integration, resource.removesuffix(_SUFFIX), data)
                _wait(entry, state)
            finally:
                tokens.pop(token, None)
            return _outcome(entry)

        return invoke

    replace(MODULE, "_invoke_with_callback", build)


def _wait(entry: Json, state: Json) -> None:
    errors = engine.module(MODULE)._ExecutionError
    execution = current.get()
    started = beaten = time.monotonic()
    beat = entry["heartbeat"]
    while not entry["event"].wait(_POLL_SECONDS):
        now = time.monotonic()
        if entry["heartbeat"] != beat:
            beat, beaten = entry["heartbeat"], now
        if over(execution):
            raise errors("States.TaskFailed", f"the execution is {execution['status']}")
        if now - started > state.get("TimeoutSeconds", float("inf")):
            raise errors("States.Timeout", "")
        if now - beaten > state.get("HeartbeatSeconds", float("inf")):
            raise errors("States.HeartbeatTimeout", "")


def _outcome(entry: Json) -> Any:
    failure = entry["error"]
    if failure:
        raise engine.module(MODULE)._ExecutionError(failure.get("Error", "States.TaskFailed"), failure.get("Cause", ""))
    result = entry["result"]
    return json.loads(result) if isinstance(result, str) else result
