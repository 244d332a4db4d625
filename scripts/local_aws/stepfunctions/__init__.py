"""AWS Step Functions: what MiniStack's interpreter lacks, and service integrations under the machine's role."""

from local_aws.clients import Clients
from local_aws.stepfunctions import callbacks, executions, metrics, requests, tasks
from local_aws.stepfunctions.executions import tell_interrupted

__all__ = ["install", "tell_interrupted"]


def install(clients: Clients) -> None:
    """Hook everything in."""
    metrics.install(clients)
    executions.install(clients)
    requests.install()
    integrations = tasks.install(clients)
    callbacks.install(integrations)
