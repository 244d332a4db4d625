"""What a deployment needs from the outside world. `scripts/assay` provides it; tests use fakes."""

from dataclasses import dataclass
from typing import Protocol

from lake.rules.plan_policy import Change
from lake.steps.ports import Clock, Events, Store


class Infrastructure(Protocol):
    """Terraform, run over a build as it is kept in the artifacts bucket."""

    def plan(self, build_id: str) -> list[Change]:
        """Plan, and keep the plan for `apply`."""
        ...

    def has_plan(self, build_id: str) -> bool:
        """Whether this process has a plan of the build that was not applied yet."""
        ...

    def apply(self, build_id: str) -> str:
        """Apply exactly the plan that was made; ARN of the version of the state machine that it published."""
        ...

    def release(self) -> None:
        """Take the lock on Terraform's state from a process that died with it."""
        ...


class SmokeTest(Protocol):
    """A known canary through one version of the state machine, then the checks. Raises SmokeTestError."""

    def run(self, deployment_id: str, build_id: str, version_arn: str) -> None: ...


class Alias(Protocol):
    """The version that runs start on."""

    def current(self) -> str: ...

    def move(self, version_arn: str) -> None: ...


@dataclass(frozen=True)
class Site:
    """One environment that builds are deployed to. `bucket` is the one of artefacts."""

    environment: str
    bucket: str
    store: Store
    infrastructure: Infrastructure
    smoke_test: SmokeTest
    alias: Alias
    events: Events
    clock: Clock
