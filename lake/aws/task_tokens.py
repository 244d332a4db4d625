"""Answers to waiting states, behind the `TaskTokens` port."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lake.aws.errors import code_of, translated

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

# the state heard an answer, timed out, or its execution is over
_NOBODY_WAITS = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})


class StepFunctionsTokens:
    """Answers by task token. No message of it holds the token."""

    def __init__(self, client: "SFNClient") -> None:
        self._client = client

    def succeed(self, token: str, output: str) -> bool:
        """Let the state go on with this output (JSON)."""
        return self._answer(lambda: self._client.send_task_success(taskToken=token, output=output))

    def fail(self, token: str, error: str, cause: str) -> bool:
        """Let the state fail with this error."""
        return self._answer(lambda: self._client.send_task_failure(taskToken=token, error=error, cause=cause))

    @staticmethod
    def _answer(call: Callable[[], Any]) -> bool:
        with translated("answer a state that waits for an approval"):
            try:
                call()
            except ClientError as error:
                if code_of(error) not in _NOBODY_WAITS:
                    raise
                return False
            return True
