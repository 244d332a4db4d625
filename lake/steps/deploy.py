"""Deploy a build: plan, apply, test, activate; and whatever fails, bring the previous build back and test that."""

from collections.abc import Callable
from dataclasses import replace

from lake.errors import PlanRefusedError, SmokeTestError
from lake.rules import layout
from lake.rules.deployment import Action, Deployed, Deployment, Phase, Trouble, failed, turned_back
from lake.rules.deployment_event import KINDS, event_of, failed_build, failed_name
from lake.rules.json_record import to_json
from lake.rules.plan_policy import Change, created_by, digest_of, violations
from lake.steps.deployment_ports import Site
from lake.steps.deployments import record_deployed, require_held, restore_deployed, write

Watch = Callable[[Deployment], None]
LONGEST_MESSAGE = 4_000


def drive(site: Site, deployment: Deployment, watch: Watch = lambda _: None) -> Deployment:
    """Go on with a deployment until it is over or needs a person. A process that dies here is followed by `take`."""
    while deployment.next_action is not None:
        watch(deployment)
        require_held(site, deployment)
        try:
            after = _STEPS[deployment.next_action](site, deployment)
        except Exception as error:  # whatever it is, the previous build comes back
            after = failed(deployment, trouble_of(deployment, error, site.clock.now()))
        deployment = _settle(site, after)
    watch(deployment)
    return deployment


def turn_back(site: Site, deployment: Deployment, reason: str) -> Deployment:
    """Give a deployment up and bring the previous build back. Raises InvalidRequestError when it is over."""
    trouble = Trouble(deployment.phase, "RevertRequested", reason, site.clock.now())
    return _settle(site, turned_back(deployment, trouble))


def trouble_of(deployment: Deployment, error: Exception, at: str) -> Trouble:
    """What is kept of an error."""
    arn, lines = (error.execution_arn, error.lines) if isinstance(error, SmokeTestError) else ("", ())
    return Trouble(deployment.phase, type(error).__name__, str(error)[:LONGEST_MESSAGE], at, arn, lines)


def _settle(site: Site, after: Deployment) -> Deployment:
    """Keep the context and tell people first: a process that dies before the journal knows does both again."""
    kept = failed_build(after)
    key = layout.environment_record(site.environment, failed_name(after.build_id))
    if kept is not None:
        site.store.write(site.bucket, key, to_json(kept))
    if after.phase in KINDS:
        require_held(site, after)
        site.events.tell(event_of(after, layout.uri(site.bucket, key) if kept else ""))
    return write(site, after)


def _plan(site: Site, deployment: Deployment) -> Deployment:
    changes = site.infrastructure.plan(deployment.build_id)
    _require_allowed(changes, deployment.allowed)
    if deployment.phase == Phase.BEGUN:
        _require_approved(changes, deployment.approved)
    made = tuple(sorted({*deployment.created, *created_by(changes)}))
    return replace(deployment, created=made).reach(Phase.APPLYING, site.clock.now())


def _apply(site: Site, deployment: Deployment) -> Deployment:
    if not site.infrastructure.has_plan(deployment.build_id):
        # a process died here: how much of its plan was applied shows only a new one
        return _plan(site, deployment)
    version_arn = site.infrastructure.apply(deployment.build_id)
    return replace(deployment, version_arn=version_arn).reach(Phase.APPLIED, site.clock.now())


def _test(site: Site, deployment: Deployment) -> Deployment:
    site.smoke_test.run(deployment.deployment_id, deployment.build_id, deployment.version_arn)
    return deployment.reach(Phase.TESTED, site.clock.now())


def _activate(site: Site, deployment: Deployment) -> Deployment:
    now = site.clock.now()
    site.alias.move(deployment.version_arn)
    record_deployed(
        site,
        Deployed(
            deployment.deployment_id,
            deployment.build_id,
            deployment.version_arn,
            deployment.holder.who,
            now,
            _build_before(deployment),
        ),
    )
    return deployment.reach(Phase.DEPLOYED, now)


def _reapply(site: Site, deployment: Deployment) -> Deployment:
    previous = _previous(deployment)
    if site.alias.current() != previous.version_arn:
        site.alias.move(previous.version_arn)
    restore_deployed(site, deployment)
    changes = site.infrastructure.plan(previous.build_id)
    _require_allowed(changes, {*deployment.created, *deployment.allowed})
    site.infrastructure.apply(previous.build_id)
    return deployment.reach(Phase.REAPPLIED, site.clock.now())


def _test_previous(site: Site, deployment: Deployment) -> Deployment:
    previous = _previous(deployment)
    site.smoke_test.run(deployment.deployment_id, previous.build_id, previous.version_arn)
    return deployment.reach(Phase.REVERTED, site.clock.now())


def _require_allowed(changes: list[Change], allowed: tuple[str, ...] | set[str]) -> None:
    refused = violations(changes, allowed)
    if refused:
        raise PlanRefusedError(
            "; ".join(refused) + ". If that is meant, name each address with --allow-destroy, after a second look"
        )


def _require_approved(changes: list[Change], approved: str) -> None:
    found = digest_of(changes)
    if approved and found != approved:
        raise PlanRefusedError(
            f"the plan is {found}, approved was {approved}: something changed in between; look at it again with "
            "assay deploy plan"
        )


def _build_before(deployment: Deployment) -> str | None:
    """What a revert goes back to; a build that is deployed again does not come before itself."""
    previous = deployment.previous
    if previous is None or previous.build_id != deployment.build_id:
        return previous.build_id if previous else None
    return previous.previous


def _previous(deployment: Deployment) -> Deployed:
    assert deployment.previous is not None
    return deployment.previous


_STEPS: dict[Action, Callable[[Site, Deployment], Deployment]] = {
    Action.PLAN: _plan,
    Action.APPLY: _apply,
    Action.TEST: _test,
    Action.ACTIVATE: _activate,
    Action.REAPPLY: _reapply,
    Action.TEST_PREVIOUS: _test_previous,
}
