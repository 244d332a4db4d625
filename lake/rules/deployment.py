"""A deployment: its journal, how far it is, and what comes next, whoever died where."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from lake.errors import DeploymentHeldError, InvalidRequestError

STAGING = "_STAGING.json"
DEPLOYED = "_DEPLOYED.json"


class Phase(StrEnum):
    """How far a deployment is."""

    BEGUN = "begun"
    APPLYING = "applying"
    APPLIED = "applied"
    TESTED = "tested"
    DEPLOYED = "deployed"
    REVERTING = "reverting"
    REAPPLIED = "reapplied"
    REVERTED = "reverted"
    REFUSED = "refused"
    ABANDONED = "abandoned"
    STUCK = "stuck"


# After these, another deployment may begin. A stuck one needs a person: it may be reverted again, or replaced.
ENDS = frozenset({Phase.DEPLOYED, Phase.REVERTED, Phase.REFUSED, Phase.ABANDONED})


class Action(StrEnum):
    """What is to be done next."""

    PLAN = "plan"
    APPLY = "apply"
    TEST = "test"
    ACTIVATE = "activate"
    REAPPLY = "reapply"
    TEST_PREVIOUS = "test the previous build"


NEXT = {
    Phase.BEGUN: Action.PLAN,
    Phase.APPLYING: Action.APPLY,
    Phase.APPLIED: Action.TEST,
    Phase.TESTED: Action.ACTIVATE,
    Phase.REVERTING: Action.REAPPLY,
    Phase.REAPPLIED: Action.TEST_PREVIOUS,
}


@dataclass(frozen=True)
class Holder:
    """The process that works on a deployment. `token` tells two of them apart; `since`: when it took over."""

    who: str
    host: str
    process: int
    token: str
    since: str


@dataclass(frozen=True)
class Deployed:
    """`_DEPLOYED.json`: the build that is active, and the version of the state machine that runs start on."""

    deployment_id: str
    build_id: str
    version_arn: str
    who: str
    at: str
    previous: str | None = None


@dataclass(frozen=True)
class Trouble:
    """Why a deployment went no further."""

    phase: str
    error: str
    message: str
    at: str
    execution_arn: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moment:
    """A phase, and when it was reached."""

    phase: str
    at: str


@dataclass(frozen=True)
class Deployment:
    """`_STAGING.json`: the lock of an environment and the journal of what is being done to it. Never deleted.

    `previous` is what it goes back to. `created`: resources that were not there before, so that going back may
    destroy them. `allowed`: protected resources that a person let go. `approved`: digest of the plan that somebody saw.
    """

    deployment_id: str
    environment: str
    build_id: str
    holder: Holder
    phase: str
    previous: Deployed | None
    reason: str = ""
    version_arn: str = ""
    created: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    approved: str = ""
    trouble: Trouble | None = None
    second_trouble: Trouble | None = None
    journal: tuple[Moment, ...] = field(default=())

    @property
    def is_over(self) -> bool:
        """Whether another one may begin."""
        return self.phase in ENDS

    @property
    def next_action(self) -> Action | None:
        """What comes next; None when it is over or needs a person."""
        return NEXT.get(Phase(self.phase))

    def reach(self, phase: Phase, at: str) -> "Deployment":
        """The same deployment, further on."""
        return replace(self, phase=phase, journal=(*self.journal, Moment(phase, at)))


def failed(deployment: Deployment, trouble: Trouble) -> Deployment:
    """What becomes of a deployment when a step fails: back to what was there, as far as there is anything to undo."""
    if deployment.phase in {Phase.REVERTING, Phase.REAPPLIED}:
        return replace(deployment, second_trouble=trouble).reach(Phase.STUCK, trouble.at)
    found = replace(deployment, trouble=trouble)
    if deployment.phase == Phase.BEGUN:
        return found.reach(Phase.REFUSED, trouble.at)
    return found.reach(Phase.REVERTING if deployment.previous else Phase.ABANDONED, trouble.at)


def turned_back(deployment: Deployment, trouble: Trouble) -> Deployment:
    """A person wants the previous build back. Raises InvalidRequestError when there is nothing to turn back."""
    if deployment.is_over:
        raise InvalidRequestError(f"deployment {deployment.deployment_id} is over: it {deployment.phase}")
    if deployment.phase in {Phase.REVERTING, Phase.REAPPLIED}:
        return deployment
    if deployment.phase == Phase.STUCK:
        return replace(deployment, second_trouble=None).reach(Phase.REVERTING, trouble.at)
    return failed(deployment, trouble)


def require_free(found: Deployment | None) -> None:
    """Raises DeploymentHeldError while another deployment is not over."""
    if found is None or found.is_over:
        return
    holder = found.holder
    raise DeploymentHeldError(
        f"deployment {found.deployment_id} of build {found.build_id} to {found.environment} is {found.phase} since "
        f"{found.journal[-1].at if found.journal else holder.since}, worked on by {holder.who} (process "
        f"{holder.process} on {holder.host}). Wait for its end; if it died: assay deploy resume, or assay deploy revert"
    )


def require_takeable(found: Deployment, gone: bool, take_over: bool) -> None:
    """Raises DeploymentHeldError when its holder may still be at work and nobody said to take over."""
    if gone or take_over:
        return
    holder = found.holder
    raise DeploymentHeldError(
        f"{holder.who} (process {holder.process} on {holder.host}) may still be working on deployment "
        f"{found.deployment_id}, {found.phase}. When you know that it is not, repeat the command with --take-over"
    )
