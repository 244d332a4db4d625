"""Task states: which integration serves a resource, under the state machine's role."""

import json
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from local_aws import engine
from local_aws.clients import Clients
from local_aws.errors import AwsError
from local_aws.hooks import Json, replace
from local_aws.stepfunctions.current import current, over
from local_aws.stepfunctions.integration import Call, Integration
from local_aws.stepfunctions.integrations import all_integrations
from local_aws.stepfunctions.requests import MODULE

# When the task running on this thread times out (monotonic clock), if it does.
deadline: ContextVar[float | None] = ContextVar("task_deadline", default=None)

# AWS's limit for the input and the result of a state.
_MAX_RESULT_BYTES = 256 * 1024


def install(clients: Clients) -> "Tasks":
    """Hook in."""
    found = Tasks(clients, all_integrations())
    replace(MODULE, "_invoke_resource", found.replacing)
    replace(MODULE, "_invoke_resource_with_timeout", _with_deadline)
    return found


class Tasks:
    """Calls AWS services for task states."""

    def __init__(self, clients: Clients, integrations: Mapping[str, Integration]) -> None:
        self._clients = clients
        self._integrations = integrations

    def replacing(self, original: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
        """Serve the resources we know; MiniStack keeps the others."""

        def invoke(resource: str, data: Any) -> Any:
            integration = self.find(resource)
            result = original(resource, data) if integration is None else self.call(integration, resource, data)
            if len(json.dumps(result, default=str).encode()) > _MAX_RESULT_BYTES:
                raise engine.module(MODULE)._ExecutionError(
                    "States.DataLimitExceeded", f"The result of {resource} is larger than {_MAX_RESULT_BYTES} bytes"
                )
            return result

        return invoke

    def find(self, resource: str) -> Integration | None:
        """The integration for a resource, if we have one."""
        for prefix, integration in self._integrations.items():
            if resource.startswith(prefix):
                return integration
        return None

    def call(self, integration: Integration, resource: str, data: Json) -> Any:
        """Run one task; its failure becomes the error that Retry and Catch match."""
        execution = current.get()
        errors = engine.module(MODULE)._ExecutionError
        if over(execution):
            raise errors("States.TaskFailed", f"the execution is {execution['status']}")
        call = Call(self._clients, execution, resource, data, deadline.get(), lambda: over(execution))
        try:
            return integration(call)
        except AwsError as error:
            raise errors(error.code, error.message) from error


def _with_deadline(original: Callable[..., Any]) -> Callable[..., Any]:
    def invoke(resource: str, data: Any, timeout: float) -> Any:
        token = deadline.set(time.monotonic() + timeout)
        try:
            return original(resource, data, timeout)
        finally:
            deadline.reset(token)

    return invoke
