"""An environment as a place to deploy to: its records, Terraform, smoke test, alias and events."""

import os
import socket
import uuid
from collections.abc import Callable

from assay.infrastructure import TerraformInfrastructure
from assay.open_lake import pipeline_alias, who
from assay.smoke_test import StackSmokeTest
from assay.target import Target
from assay.terraform import Step
from lake.aws.clock import SystemClock
from lake.aws.events import EventBus
from lake.aws.store import S3Store
from lake.rules.deployment import Holder
from lake.steps.deployment_ports import Site


def open_site(target: Target, say: Callable[[str], None]) -> Site:
    """The environment with the permissions of whoever sits at the keyboard. `say` hears of every step."""
    store = S3Store(target.client("s3"))

    def show(step: Step) -> None:
        say(f"terraform: {step.action} {step.resource}")

    return Site(
        environment=target.environment,
        bucket=target.bucket("artifacts"),
        store=store,
        infrastructure=TerraformInfrastructure(target, store, show),
        smoke_test=StackSmokeTest(target, store, say),
        alias=pipeline_alias(target),
        events=EventBus(target.client("events")),
        clock=SystemClock(),
    )


def this_process(target: Target) -> Holder:
    """Who holds what is begun or taken over now."""
    return Holder(who(target), socket.gethostname(), os.getpid(), uuid.uuid4().hex, SystemClock().now())


def is_gone(holder: Holder) -> bool:
    """Whether that process is provably dead: it was on this machine, and runs no more."""
    if holder.host != socket.gethostname():
        return False
    try:
        os.kill(holder.process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
