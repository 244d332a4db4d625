"""Deploy a build to an environment, go on with a deployment that died, or bring the previous build back."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from assay import saved_plan, stack, terraform
from assay.build import build
from assay.console import FAILED, INTERRUPTED, REFUSED, USAGE, CommandError, out
from assay.infrastructure import TerraformInfrastructure
from assay.site import is_gone, open_site, this_process
from assay.target import LOCAL, Target
from lake.aws.store import S3Store
from lake.errors import InvalidRequestError
from lake.rules.build_manifest import is_of_a_commit, require_build_id
from lake.rules.deployment import Deployment, Phase
from lake.rules.deployment_event import STATES
from lake.rules.interruption import interrupted
from lake.rules.plan_policy import changes_of, counted, digest_of, violations
from lake.steps.deploy import drive, turn_back
from lake.steps.deployment_ports import Site
from lake.steps.deployments import begin, find_deployed, find_deployment, take
from lake.steps.keep_build import keep_build
from local_aws import control


@dataclass(frozen=True)
class Reviewed:
    """A build, and the digest of the plan of it that reviewers saw."""

    build_id: str
    digest: str


@dataclass(frozen=True)
class How:
    """What a person says about a deployment."""

    reason: str = ""
    allowed: tuple[str, ...] = ()
    approved: Reviewed | None = None
    take_over: bool = False


def deploy(target: Target, build_id: str | None, how: How, quiet: bool) -> Deployment:
    """Deploy a kept build, or one of these sources."""
    with _site(target, quiet) as (site, watch):
        found = _kept(target, site) if build_id is None else require_build_id(build_id)
        if how.approved and how.approved.build_id != found:
            raise CommandError(f"reviewed was build {how.approved.build_id}, this is {found}: plan again", REFUSED)
        wanted = _wanted(target, found, how)
        if target.environment != LOCAL and not is_of_a_commit(found):
            raise CommandError(f"build {found} is not what any commit says; only the laptop takes it", USAGE)
        deployment = begin(site, wanted, how.take_over)
        if how.take_over:
            site.infrastructure.release()
        return drive(site, deployment, watch)


def resume(target: Target, take_over: bool, quiet: bool) -> Deployment:
    """Go on with a deployment whose process died."""
    with _site(target, quiet) as (site, watch):
        return drive(site, _taken(target, site, take_over), watch)


def revert(target: Target, reason: str, take_over: bool, quiet: bool) -> Deployment:
    """Give an unfinished deployment up; or, after the end of one, deploy the build before it."""
    with _site(target, quiet) as (site, watch):
        found = find_deployment(site)
        if found is None or found.is_over:
            wanted = _back(target, site, reason)
            if not quiet:
                out.print(f"no deployment is unfinished: build {wanted.build_id}, active before, is deployed again")
            return drive(site, begin(site, wanted), watch)
        return drive(site, turn_back(site, _taken(target, site, take_over), reason), watch)


def status(target: Target) -> dict[str, Any]:
    """What is active, and how far the newest deployment is."""
    site = open_site(target, lambda _: None)
    deployed, deployment = find_deployed(site), find_deployment(site)
    return {
        "environment": target.environment,
        "active": asdict(deployed) if deployed else None,
        "runs_start_on": site.alias.current(),
        "deployment": asdict(deployment) if deployment else None,
        "holder_is_gone": is_gone(deployment.holder) if deployment and not deployment.is_over else None,
    }


def plan(target: Target, build_id: str | None) -> dict[str, Any]:
    """What a deployment would change, and whether it may. Nothing is written but Terraform's own working folder."""
    if build_id is None:
        build_id = build().build_id
        changes = changes_of(saved_plan.make(target))
    else:
        store = S3Store(target.client("s3"))
        changes = TerraformInfrastructure(target, store, lambda _: None).plan(require_build_id(build_id))
    return {
        "build_id": build_id,
        "digest": digest_of(changes),
        "counts": counted(changes),
        "changes": [asdict(each) for each in changes],
        "refused": violations(changes),
    }


def end_with(deployment: Deployment) -> None:
    """The exit code of a deployment's end. Raises CommandError unless what was asked for is there."""
    trouble = deployment.second_trouble or deployment.trouble
    asked_for = trouble is not None and trouble.error == "RevertRequested"
    if deployment.phase == Phase.DEPLOYED or (deployment.phase == Phase.REVERTED and asked_for):
        return
    why = f"\n{trouble.phase}: {trouble.error}: {trouble.message}" if trouble else ""
    refused = trouble is not None and trouble.error == "PlanRefusedError"
    raise CommandError(
        f"build {deployment.build_id} {STATES[Phase(deployment.phase)]}{why}", REFUSED if refused else FAILED
    )


@contextmanager
def _site(target: Target, quiet: bool) -> Iterator[tuple[Site, Any]]:
    if target.environment == LOCAL:
        # its state will be that of no stack that `assay apply` knows
        control.unmark()
        stack.ensure_state_bucket(target)
    if quiet:
        site = open_site(target, lambda _: None)
        with interruptible(site):
            yield site, lambda _: None
        return
    with out.status("looking") as line:

        def watch(deployment: Deployment) -> None:
            out.print(f"{deployment.journal[-1].at}  {deployment.phase}")
            line.update(str(deployment.next_action or ""))

        site = open_site(target, line.update)
        with interruptible(site):
            yield site, watch


@contextmanager
def interruptible(site: Site) -> Iterator[None]:
    """Whoever presses Ctrl-C hears where the deployment stands. Raises CommandError then."""
    try:
        yield
    except KeyboardInterrupt as error:
        found = find_deployment(site)
        is_mine = found is not None and (found.holder.host, found.holder.process) == (socket.gethostname(), os.getpid())
        raise CommandError(interrupted(found, is_mine), INTERRUPTED) from error


def _kept(target: Target, site: Site) -> str:
    made = build()
    terraform.init(target.environment)
    stack.prepare_artifacts_bucket(target, lambda _: None)
    keep_build(site.store, site.bucket, made.manifest, made.artefacts())
    return made.build_id


def _wanted(target: Target, build_id: str, how: How) -> Deployment:
    holder = this_process(target)
    stamp = holder.since.replace("-", "").replace(":", "")
    return Deployment(
        deployment_id=f"{stamp}-{holder.token[:6]}",
        environment=target.environment,
        build_id=build_id,
        holder=holder,
        phase=Phase.BEGUN,
        previous=None,
        reason=how.reason,
        allowed=how.allowed,
        approved=how.approved.digest if how.approved else "",
    )


def _back(target: Target, site: Site, reason: str) -> Deployment:
    deployed = find_deployed(site)
    if deployed is None or deployed.previous is None:
        raise InvalidRequestError(f"no build was active in {target.environment} before this one; nothing to go back to")
    return _wanted(target, deployed.previous, How(reason))


def _taken(target: Target, site: Site, take_over: bool) -> Deployment:
    found = find_deployment(site)
    gone = found is not None and (is_gone(found.holder) or found.phase == Phase.STUCK)
    deployment = take(site, this_process(target), gone, take_over)
    site.infrastructure.release()
    return deployment
