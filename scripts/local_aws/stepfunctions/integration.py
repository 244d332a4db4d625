"""One task's call of a service, and how a service's errors are named in Step Functions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.clients import Clients
from local_aws.errors import AwsError
from local_aws.hooks import Json
from local_aws.roles import ServiceRole

_SESSION = "StepFunctions"


@dataclass(frozen=True)
class Call:
    """What an integration gets: the task's resource and arguments, and when to give up."""

    clients: Clients
    execution: Json
    resource: str
    data: Json
    deadline: float | None
    over: Callable[[], bool]

    @property
    def region(self) -> str:
        """The execution's region."""
        return str(self.execution["executionArn"]).split(":")[3]

    def client(self, service: str) -> Any:
        """A client that acts as the state machine's role."""
        machine = self.execution["stateMachineArn"]
        role = ServiceRole(self.execution["roleArn"], "states.amazonaws.com", machine, _SESSION)
        try:
            return self.clients.as_role(service, role, self.region)
        except AwsError as error:
            raise AwsError("States.Runtime", error.message) from error


Integration = Callable[[Call], Any]


def request(prefix: str, operation: Callable[..., Json], **arguments: Any) -> Json:
    """Call the service; its error becomes `<prefix>.<code>`."""
    try:
        return operation(**arguments)
    except ClientError as error:
        found = error.response.get("Error", {})
        raise AwsError(f"{prefix}.{found.get('Code')}", found.get("Message", "")) from error
    except (BotoCoreError, TypeError, ValueError) as error:
        raise AwsError("States.Runtime", str(error)) from error


def milliseconds(moment: datetime) -> int:
    """A time as optimized integrations answer it."""
    return int(moment.timestamp() * 1000)


def plain(value: Any, time: Callable[[datetime], Any] = milliseconds) -> Any:
    """An answer of boto3 as JSON: times written by `time`, bodies read, no metadata."""
    if isinstance(value, dict):
        return {name: plain(item, time) for name, item in value.items() if name != "ResponseMetadata"}
    if isinstance(value, list):
        return [plain(item, time) for item in value]
    if isinstance(value, datetime):
        return time(value)
    if hasattr(value, "read"):
        return value.read().decode(errors="replace")
    return value
