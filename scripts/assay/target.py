"""Which stack a command talks to: an environment's names, and AWS clients for it."""

import os
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

import boto3
import typer
from botocore.config import Config

from assay.build import REPOSITORY
from assay.console import NOT_RUNNING, USAGE, CommandError
from lake.rules.approval import REQUIRED
from local_aws import control

LOCAL = "local"
Environment = Annotated[
    str, typer.Option("--env", envvar="ASSAY_ENV", help="local, staging or prod (terraform/envs/<env>.tfvars).")
]
_NAME = re.compile(r'^\s*name\s*=\s*"([^"]+)"', re.M)
_APPROVALS = re.compile(r'^\s*approvals\s*=\s*"([^"]+)"', re.M)


@dataclass(frozen=True)
class Target:
    """One environment of the stack."""

    environment: str
    name: str
    approvals: str = REQUIRED
    role_session: boto3.session.Session | None = None

    @cached_property
    def session(self) -> boto3.session.Session:
        """The session all clients come from: of a role that was taken, else whoever sits at the keyboard."""
        return self.role_session or boto3.session.Session()

    def client(self, service: Any) -> Any:
        """A client; path-style addresses work on AWS and on the local AWS alike."""
        config = Config(retries={"mode": "standard", "max_attempts": 5}, s3={"addressing_style": "path"})
        return self.session.client(service, config=config)

    def bucket(self, layer: str) -> str:
        """Name of a layer's bucket."""
        return f"{self.name}-{layer}"

    @property
    def region(self) -> str:
        """The region of AWS."""
        return str(self.session.region_name)

    @property
    def database(self) -> str:
        """The Glue database."""
        return self.name.replace("-", "_")

    @cached_property
    def state_machine(self) -> str:
        """ARN of the pipeline."""
        identity = self.client("sts").get_caller_identity()
        partition = identity["Arn"].split(":")[1]
        return f"arn:{partition}:states:{self.region}:{identity['Account']}:stateMachine:{self.name}-pipeline"

    def execution(self, run_id: str) -> str:
        """ARN of a run's execution."""
        return f"{self.state_machine.replace(':stateMachine:', ':execution:')}:{run_id}"


def select(environment: str) -> Target:
    """The target of an environment; for the local one its endpoint and keys are put into the environment."""
    file = REPOSITORY / "terraform" / "envs" / f"{environment}.tfvars"
    if not file.is_file():
        known = ", ".join(sorted(each.stem for each in file.parent.glob("*.tfvars")))
        raise CommandError(f"there is no environment '{environment}', expected one of: {known}", USAGE)
    settings = file.read_text()
    found, approvals = _NAME.search(settings), _APPROVALS.search(settings)
    if found is None:
        raise CommandError(f"terraform/envs/{environment}.tfvars sets no name", USAGE)
    if environment == LOCAL:
        _point_at_local_aws()
    return Target(environment, found[1], approvals[1] if approvals else REQUIRED)


def _point_at_local_aws() -> None:
    status = control.status()
    if not status.running:
        raise CommandError("the local AWS is not running; start it with: assay local start", NOT_RUNNING)
    for leftover in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        os.environ.pop(leftover, None)
    os.environ.update(control.environment(status.port))
