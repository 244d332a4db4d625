"""StartExecution and DescribeExecution as AWS answers them: names, idempotency, versions and aliases."""

import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from local_aws import engine
from local_aws.errors import AwsError
from local_aws.hooks import Answer, Json, Request, intercept, replace

MODULE = "ministack.services.stepfunctions"
# The ARN a caller named in StartExecution: a machine, one of its versions, or an alias.
requested: ContextVar[str] = ContextVar("requested_state_machine", default="")

_MAX_NAME = 80
_FORBIDDEN = re.compile(r"""[\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]""")


def install() -> None:
    """Hook in."""
    replace(MODULE, "_start_execution", _remember_request)
    intercept("states", {"StartExecution": _start, "DescribeExecution": _describe})


def _remember_request(original: Callable[[Json], Answer]) -> Callable[[Json], Answer]:
    def start(data: Json) -> Answer:
        token = requested.set(data.get("stateMachineArn", ""))
        try:
            return original(data)
        finally:
            requested.reset(token)

    return start


async def _start(request: Request) -> Json:
    name = request.data.get("name")
    if name is not None:
        check_name(name)
        running = _same_running(request.data, name)
        if running is not None:
            return running
    return await request.forward()


def check_name(name: str) -> None:
    """Raise InvalidName unless AWS would take the name for an execution."""
    if not 1 <= len(name) <= _MAX_NAME or _FORBIDDEN.search(name):
        raise AwsError("InvalidName", f"Invalid Name: '{name}'")


def _same_running(data: Json, name: str) -> Json | None:
    # AWS: the same name and input, while the first is still running, is the same request sent twice.
    sfn = engine.module(MODULE)
    machine = sfn._resolve_state_machine_arn(data.get("stateMachineArn", ""))
    if machine is None:
        return None
    execution = sfn._executions.get(f"{machine.replace(':stateMachine:', ':execution:')}:{name}")
    if execution is None or execution["status"] != "RUNNING" or execution["input"] != data.get("input", "{}"):
        return None
    started = sfn._timestamp_response_value(execution["startDate"])
    return {"executionArn": execution["executionArn"], "startDate": started}


async def _describe(request: Request) -> Json:
    answer = await request.forward()
    execution = engine.module(MODULE)._executions.get(request.data.get("executionArn"))
    return {**answer, **version_and_alias(execution or {})}


def version_and_alias(execution: Json) -> dict[str, Any]:
    """The version and alias an execution was started with, as DescribeExecution shows them."""
    names = ("stateMachineVersionArn", "stateMachineAliasArn")
    return {name: execution[name] for name in names if execution.get(name)}
