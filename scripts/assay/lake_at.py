"""The lake of an environment, for commands that do what a step does, under the caller's own permissions."""

from assay.target import Target
from lake.aws.clock import SystemClock
from lake.aws.store import S3Store
from lake.bundle import contracts_root
from lake.rules.contract import load_contracts
from lake.rules.layout import Buckets
from lake.steps.lake import Lake

_LAYERS = ("bronze", "silver", "gold", "quarantine", "control")


def lake_at(target: Target) -> Lake:
    """Store, buckets and contracts of an environment."""
    return Lake(
        store=S3Store(target.client("s3")),
        buckets=Buckets(**{layer: target.bucket(layer) for layer in _LAYERS}),
        contracts=load_contracts(contracts_root()),
        clock=SystemClock(),
        environment=target.environment,
        build_id="command",
        approvals=target.approvals,
    )
