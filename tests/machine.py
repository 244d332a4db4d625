"""A small interpreter for our state machine: real JSONata, tasks are Python callables, waits take no time."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jsonata import Jsonata

DEFINITION = Path(__file__).parents[1] / "terraform/modules/orchestration/definitions/pipeline.asl.json"
Json = dict[str, Any]
Task = Callable[[Json], Any]
NUMBERS = {"run_seconds": 86400 + 2 * 259200, "approval_seconds": 259200, "approval_hours": 72}
MOST_STEPS = 100


class TaskError(Exception):
    """A task failed with a name of its own, as Step Functions reports it."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}")
        self.error, self.cause = error, cause


@dataclass
class Execution:
    """One execution: where it went, and how it ended."""

    name: str
    arn: str
    given: Json
    visited: list[str] = field(default_factory=list)
    variables: Json = field(default_factory=dict)
    status: str = "RUNNING"
    error: str = ""
    cause: str = ""


def load_definition() -> Json:
    """The committed definition, placeholders and all."""
    found: Json = json.loads(definition_text())
    return found


def definition_text() -> str:
    """Its text, with the numbers that Terraform puts in: without them it is no JSON."""
    text = DEFINITION.read_text()
    for name, value in NUMBERS.items():
        text = text.replace(f"${{{name}}}", str(value))
    return text


def run(definition: Json, execution: Execution, tasks: Mapping[str, Task]) -> Execution:
    """Run to the end. `tasks` maps the placeholder of a function or a job to what stands in for it."""
    name: str | None = definition["StartAt"]
    given: Any = execution.given
    while name:
        assert len(execution.visited) < MOST_STEPS, f"endless: {execution.visited[-10:]}"
        execution.visited.append(name)
        state = definition["States"][name]
        if state["Type"] == "Succeed":
            execution.status = "SUCCEEDED"
            return execution
        if state["Type"] == "Fail":
            execution.status = "FAILED"
            execution.error = _value(state["Error"], execution, given)
            execution.cause = _value(state["Cause"], execution, given)
            return execution
        name, given = (
            _choose(state, execution, given) if state["Type"] == "Choice" else _do(state, execution, given, tasks)
        )
    raise AssertionError("a state without Next that is no end")


def _choose(state: Json, execution: Execution, given: Any) -> tuple[str, Any]:
    for choice in state["Choices"]:
        answer = _value(choice["Condition"], execution, given)
        assert isinstance(answer, bool), f"{choice['Condition']} is {answer!r}"
        if answer:
            return choice["Next"], given
    return state["Default"], given


def _do(state: Json, execution: Execution, given: Any, tasks: Mapping[str, Task]) -> tuple[str, Any]:
    try:
        result = _with_retries(state, execution, given, tasks)
    except TaskError as failed:
        for catcher in state["Catch"]:
            if failed.error in catcher["ErrorEquals"] or "States.ALL" in catcher["ErrorEquals"]:
                output = {"Error": failed.error, "Cause": failed.cause}
                _assign(catcher, execution, given, errorOutput=output)
                return catcher["Next"], output
        raise
    _assign(state, execution, given, result=result)
    output = _value(state["Output"], execution, given, result=result) if "Output" in state else result
    return state["Next"], output


def _with_retries(state: Json, execution: Execution, given: Any, tasks: Mapping[str, Task]) -> Any:
    tries: dict[int, int] = {}
    while True:
        try:
            return _call(state, execution, given, tasks)
        except TaskError as failed:
            index = next((n for n, retrier in enumerate(state["Retry"]) if failed.error in retrier["ErrorEquals"]), -1)
            tries[index] = tries.get(index, 0) + 1
            if index < 0 or tries[index] > state["Retry"][index]["MaxAttempts"]:
                raise


def _call(state: Json, execution: Execution, given: Any, tasks: Mapping[str, Task]) -> Any:
    arguments = _value(state["Arguments"], execution, given)
    assert len(json.dumps(arguments)) < 256 * 1024
    is_function = state["Resource"].startswith("arn:aws:states:::lambda:invoke")
    target = arguments["FunctionName" if is_function else "JobName"].strip("${}")
    payload = arguments["Payload" if is_function else "Arguments"]
    try:
        answer = json.loads(json.dumps(tasks[target](payload)))
    except TaskError:
        raise
    except Exception as error:
        cause = json.dumps({"errorMessage": str(error), "errorType": type(error).__name__})
        raise TaskError(type(error).__name__, cause) from error
    waits = state["Resource"].endswith(".waitForTaskToken")
    return {"Payload": answer, "StatusCode": 200} if is_function and not waits else answer


def _assign(node: Json, execution: Execution, given: Any, **states: Any) -> None:
    found = {name: _value(value, execution, given, **states) for name, value in node.get("Assign", {}).items()}
    execution.variables |= found


def _value(value: Any, execution: Execution, given: Any, **states: Any) -> Any:
    if isinstance(value, dict):
        return {key: _value(each, execution, given, **states) for key, each in value.items()}
    if isinstance(value, list):
        return [_value(each, execution, given, **states) for each in value]
    if not (isinstance(value, str) and value.startswith("{%")):
        return value
    context = {
        "Execution": {"Id": execution.arn, "Name": execution.name, "Input": execution.given},
        "Task": {"Token": f"token-{len(execution.visited)}"},
    }
    bindings = {**execution.variables, "states": {"input": given, "context": context, **states}}
    answer = Jsonata.jsonata(value[2:-2].strip()).evaluate(None, bindings)
    assert answer is not None or "trigger" in value, f"{value} has no value"
    return answer
