"""An execution's life: which version it runs, when it times out, and that its end is final."""

import contextvars
import json
import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from local_aws import engine
from local_aws.clients import Clients
from local_aws.hooks import Json, replace
from local_aws.stepfunctions import history_log, retries
from local_aws.stepfunctions.current import current, over
from local_aws.stepfunctions.requests import MODULE, requested

# What MiniStack calls it when an execution cannot go on, because the server that ran it is gone.
_AT_RESTART = "States.ServiceRestart"
# The definition this thread's execution runs: that of the version it was started with.
_pinned: ContextVar[Json | None] = ContextVar("pinned_state_machine", default=None)


def install(clients: Clients) -> None:
    """Hook in."""
    sfn = engine.module(MODULE)
    sfn._state_machines = _versioned(sfn._state_machines)
    replace(MODULE, "_run_execution", lambda original: _running(original, clients))
    replace(MODULE, "_execute_task", _with_current)
    replace(MODULE, "_fail_execution", _only_while_running)
    replace(MODULE, "_find_matching_retrier", retries.as_on_aws)


def tell_interrupted() -> None:
    """Executions that ran when the server was stopped have failed at this start: that is an event too, told once."""
    sfn = engine.module(MODULE)
    for execution in list(sfn._executions.all_values()):
        if execution.get("error") == _AT_RESTART:
            told = {"error": "Aborted", "cause": "the local AWS was stopped while the execution ran"}
            execution.update(told)
            sfn._add_event(execution, "ExecutionFailed", {"executionFailedEventDetails": told})
            sfn._emit_execution_status_event(execution)


def _versioned(machines: Any) -> Any:
    """The store of state machines, in which an execution finds the version it was started with."""

    class Machines(type(machines)):  # type: ignore[misc]
        def get(self, key: str, default: Any = None) -> Any:
            pinned = _pinned.get()
            if pinned is not None and pinned["stateMachineArn"] == key:
                return pinned
            return super().get(key, default)

    store = Machines()
    store._data = machines._data
    return store


def _running(original: Callable[[str], None], clients: Clients) -> Callable[[str], None]:
    def run(arn: str) -> None:
        sfn = engine.module(MODULE)
        execution = sfn._executions.get(arn)
        if execution is None:
            return
        machine = _pin(sfn, execution)
        current.set(execution)
        timer = _time_limit(sfn, execution, machine)
        try:
            original(arn)
        finally:
            if timer is not None:
                timer.cancel()
            history_log.write(clients, machine, execution)

    return run


def _pin(sfn: Any, execution: Json) -> Json:
    machine: Json = sfn._state_machines.get(execution["stateMachineArn"]) or {}
    asked = requested.get()
    version = sfn._state_machine_versions.get(sfn._execution_version_arn(asked) or "")
    if version is not None:
        execution["stateMachineVersionArn"] = version["stateMachineVersionArn"]
        if asked != version["stateMachineVersionArn"]:
            execution["stateMachineAliasArn"] = asked
        machine = {**machine, "definition": version["definition"], "roleArn": version["roleArn"]}
        _pinned.set(machine)
    execution["roleArn"] = machine.get("roleArn")
    return machine


def _time_limit(sfn: Any, execution: Json, machine: Json) -> threading.Timer | None:
    seconds = json.loads(machine.get("definition") or "{}").get("TimeoutSeconds")
    if seconds is None:
        return None
    context = contextvars.copy_context()
    timer = threading.Timer(seconds, context.run, (_time_out, sfn, execution))
    timer.daemon = True
    timer.start()
    return timer


def _time_out(sfn: Any, execution: Json) -> None:
    if over(execution):
        return
    execution.update(status="TIMED_OUT", stopDate=sfn.now_iso(), error="States.Timeout")
    sfn._add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {"error": "States.Timeout"}})
    sfn._emit_execution_status_event(execution)


def _with_current(original: Callable[..., Any]) -> Callable[..., Any]:
    def execute(state: Json, raw_input: Any, execution: Json, context: Json) -> Any:
        token = current.set(execution)
        try:
            return original(state, raw_input, execution, context)
        finally:
            current.reset(token)

    return execute


def _only_while_running(original: Callable[..., None]) -> Callable[..., None]:
    def fail(execution: Json, error: str, cause: str) -> None:
        if not over(execution):
            original(execution, error, cause)

    return fail
