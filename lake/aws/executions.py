"""Step Functions behind the `Executions` port."""

from typing import TYPE_CHECKING

from lake.aws.errors import translated
from lake.rules.visit import ExecutionEnd, Visit, visits

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_FIELDS = 7


class StepFunctions:
    """Starts runs on one state machine, or on an alias of it."""

    def __init__(self, client: "SFNClient", state_machine_arn: str) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn

    def start(self, run_id: str, payload: str) -> tuple[str, bool]:
        """Start a run: its execution's ARN, and False when the name is taken (by a run that is over, or another input).

        Step Functions itself answers a repeated request for a run that still works as it did the first.
        """
        with translated(f"start run {run_id}"):
            try:
                answer = self._client.start_execution(
                    stateMachineArn=self._state_machine_arn, name=run_id, input=payload
                )
                return answer["executionArn"], True
            except self._client.exceptions.ExecutionAlreadyExists:
                return self._execution_arn(run_id), False

    def is_running(self, execution_arn: str) -> bool:
        """Whether an execution is still under way; one that nobody knows (any more) is over."""
        with translated(f"look at {execution_arn}"):
            try:
                return self._client.describe_execution(executionArn=execution_arn)["status"] == "RUNNING"
            except (self._client.exceptions.ExecutionDoesNotExist, self._client.exceptions.InvalidArn):
                return False

    def end_of(self, execution_arn: str) -> ExecutionEnd:
        """How an execution ended."""
        with translated(f"look at {execution_arn}"):
            found = self._client.describe_execution(executionArn=execution_arn)
        return ExecutionEnd(found.get("error") or "", found.get("cause") or "", found.get("input") or "{}")

    def visits(self, execution_arn: str) -> list[Visit]:
        """The states of an execution, oldest first."""
        with translated(f"read the history of {execution_arn}"):
            pages = self._client.get_paginator("get_execution_history").paginate(executionArn=execution_arn)
            return visits(event for page in pages for event in page["events"])

    def _execution_arn(self, run_id: str) -> str:
        # an execution carries the machine's name, not that of the alias it was started through
        machine = self._state_machine_arn.split(":")[:_FIELDS]
        return ":".join(machine).replace(":stateMachine:", ":execution:") + f":{run_id}"
