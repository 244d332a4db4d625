"""What a deployment tells people when it ends, and what it keeps when it fails."""

from dataclasses import dataclass

from lake.rules.deployment import Deployment, Phase, Trouble
from lake.rules.event import Event, EventKind

KINDS = {
    Phase.REVERTED: EventKind.DEPLOYMENT_REVERTED,
    Phase.REFUSED: EventKind.DEPLOYMENT_FAILED,
    Phase.ABANDONED: EventKind.DEPLOYMENT_FAILED,
    Phase.STUCK: EventKind.DEPLOYMENT_FAILED,
}
NEXT_STEPS = {
    Phase.REVERTED: "correct the build, then: assay deploy --env {environment}",
    Phase.REFUSED: "correct the build or the plan, then: assay deploy --env {environment}",
    Phase.ABANDONED: "correct the build, then: assay deploy --env {environment}",
    Phase.STUCK: "act now: assay deploy revert --env {environment}",
}
STATES = {
    Phase.DEPLOYED: "is active",
    Phase.REVERTED: "failed; the previous build is active, as it was",
    Phase.REFUSED: "was refused before anything was touched",
    Phase.ABANDONED: "failed; there was no build before it",
    Phase.STUCK: "failed, and going back failed too; runs start on the version of the previous build",
}
_SHORT = {
    Phase.REVERTED: "",
    Phase.REFUSED: "refused before anything was touched: ",
    Phase.ABANDONED: "there was no build before it: ",
    Phase.STUCK: "going back failed too: ",
}
_WHERE = {
    Phase.BEGUN: "its plan",
    Phase.APPLYING: "its apply",
    Phase.APPLIED: "its smoke test",
    Phase.TESTED: "moving the alias",
    Phase.REVERTING: "going back: plan and apply of the build before",
    Phase.REAPPLIED: "going back: smoke test of the build before",
}
_UNTOUCHED = "No: only the canary's rows were touched. "
DATA = {
    Phase.REVERTED: _UNTOUCHED + "Runs kept starting on the previous build.",
    Phase.REFUSED: "No: nothing was touched.",
    Phase.ABANDONED: _UNTOUCHED + "Runs start on a build that is not tested; the gate guards what they promote.",
    Phase.STUCK: _UNTOUCHED + "Runs start on the previous build, but tables, roles or views may be of the failed one.",
}


@dataclass(frozen=True)
class FailedBuild:
    """`_FAILED-<build>.json`: all that is known of a deployment that failed."""

    build_id: str
    environment: str
    deployment_id: str
    who: str
    previous: str | None
    trouble: Trouble
    second_trouble: Trouble | None
    phases: tuple[str, ...]


def failed_build(deployment: Deployment) -> FailedBuild | None:
    """What a failed deployment keeps; None when it did not fail."""
    if deployment.trouble is None:
        return None
    return FailedBuild(
        deployment.build_id,
        deployment.environment,
        deployment.deployment_id,
        deployment.holder.who,
        deployment.previous.build_id if deployment.previous else None,
        deployment.trouble,
        deployment.second_trouble,
        tuple(f"{each.at} {each.phase}" for each in deployment.journal),
    )


def failed_name(build_id: str) -> str:
    """Name of that record."""
    return f"_FAILED-{build_id}.json"


def event_of(deployment: Deployment, context_uri: str) -> Event:
    """What people are told at the end of a deployment that failed."""
    phase = Phase(deployment.phase)
    trouble = deployment.second_trouble or deployment.trouble
    assert trouble is not None
    return Event(
        KINDS[phase],
        deployment.environment,
        reason=f"{_SHORT[phase]}{trouble.error}: {trouble.message}",
        state=_WHERE.get(Phase(trouble.phase), trouble.phase),
        error=trouble.error,
        since=trouble.at,
        execution_arn=trouble.execution_arn or "",
        build_id=deployment.build_id,
        previous=deployment.previous.build_id if deployment.previous else "",
        lines=(*_first(deployment), *trouble.lines),
        data=DATA[phase],
        next_step=NEXT_STEPS[phase].format(environment=deployment.environment),
        runbook="revert.md" if phase == Phase.STUCK else "deploy.md",
        context_uri=context_uri,
    )


def _first(deployment: Deployment) -> tuple[str, ...]:
    """What went wrong at first, where going back went wrong as well."""
    first = deployment.trouble
    if deployment.second_trouble is None or first is None:
        return ()
    where = _WHERE.get(Phase(first.phase), first.phase)
    return (f"what failed at first, in {where}: {first.error}: {first.message}", *first.lines)
