"""The records of deployments: begun by one, taken over by another, written by their holder alone."""

from dataclasses import replace

from lake.errors import DeploymentHeldError, InvalidRequestError
from lake.rules import layout
from lake.rules.deployment import (
    DEPLOYED,
    STAGING,
    Deployed,
    Deployment,
    Holder,
    Phase,
    require_free,
    require_takeable,
)
from lake.steps.deployment_ports import Site
from lake.steps.records import find_record, put_record


def find_deployment(site: Site) -> Deployment | None:
    """The newest deployment of the environment."""
    return find_record(site.store, Deployment, site.bucket, _key(site, STAGING))


def find_deployed(site: Site) -> Deployed | None:
    """The active build."""
    return find_record(site.store, Deployed, site.bucket, _key(site, DEPLOYED))


def begin(site: Site, wanted: Deployment, take_over: bool = False) -> Deployment:
    """Lock the environment for a new deployment. Raises DeploymentHeldError while another one is not over.

    With `take_over` an unfinished one is replaced: what it had made may still be destroyed when this one goes back.
    """

    def change(found: Deployment | None) -> Deployment:
        if not take_over:
            require_free(found)
        made = found.created if found is not None and not found.is_over else ()
        return replace(wanted, previous=find_deployed(site), created=made).reach(Phase.BEGUN, site.clock.now())

    return _required(put_record(site.store, Deployment, site.bucket, _key(site, STAGING), change))


def take(site: Site, holder: Holder, gone: bool, take_over: bool) -> Deployment:
    """Go on with an unfinished deployment. Raises DeploymentHeldError when its holder may still be at work."""

    def change(found: Deployment | None) -> Deployment:
        if found is None or found.is_over:
            raise InvalidRequestError(
                f"no deployment to {site.environment} is unfinished; see: assay deploy status --env {site.environment}"
            )
        require_takeable(found, gone, take_over)
        return replace(found, holder=holder)

    return _required(put_record(site.store, Deployment, site.bucket, _key(site, STAGING), change))


def write(site: Site, deployment: Deployment) -> Deployment:
    """Write down how far it is. Raises DeploymentHeldError when another process took over."""

    def change(found: Deployment | None) -> Deployment:
        _require_holder(found, deployment)
        return deployment

    return _required(put_record(site.store, Deployment, site.bucket, _key(site, STAGING), change))


def require_held(site: Site, deployment: Deployment) -> None:
    """Raises DeploymentHeldError when another process took over: nothing may be done any more."""
    _require_holder(find_deployment(site), deployment)


def record_deployed(site: Site, deployed: Deployed) -> None:
    """Name the active build."""
    put_record(site.store, Deployed, site.bucket, _key(site, DEPLOYED), lambda _: deployed)


def restore_deployed(site: Site, deployment: Deployment) -> None:
    """Name the previous build again, where this deployment had already named its own."""

    def change(found: Deployed | None) -> Deployed | None:
        named = found is not None and found.deployment_id == deployment.deployment_id
        return deployment.previous if named else None

    put_record(site.store, Deployed, site.bucket, _key(site, DEPLOYED), change)


def _require_holder(found: Deployment | None, mine: Deployment) -> None:
    if found is None or found.holder.token != mine.holder.token:
        who = f"{found.holder.who} on {found.holder.host}" if found else "nobody"
        raise DeploymentHeldError(f"deployment {mine.deployment_id} was taken over by {who}; this process stops")


def _key(site: Site, name: str) -> str:
    return layout.environment_record(site.environment, name)


def _required(found: Deployment | None) -> Deployment:
    assert found is not None
    return found
