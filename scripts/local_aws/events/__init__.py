"""Amazon EventBridge and its Scheduler: what events say, and who may be called with them."""

from local_aws.clients import Clients
from local_aws.events import alarms, object_versions, targets


def install(clients: Clients) -> None:
    """Hook in."""
    alarms.install()
    object_versions.install()
    targets.install(clients)
