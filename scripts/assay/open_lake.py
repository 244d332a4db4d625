"""The lake as a person at the keyboard sees it, with their own permissions."""

from assay.target import Target
from lake.aws.clock import SystemClock
from lake.aws.executions import StepFunctions
from lake.aws.pipeline_alias import PipelineAlias
from lake.aws.store import S3Store
from lake.bundle import contracts_root
from lake.rules.contract import load_contracts
from lake.rules.layout import Buckets
from lake.steps.lake import Lake

_LAYERS = ("bronze", "silver", "gold", "quarantine", "control")


def open_lake(target: Target) -> Lake:
    """The lake of an environment."""
    buckets = Buckets(**{layer: target.bucket(layer) for layer in _LAYERS})
    contracts = load_contracts(contracts_root())
    store = S3Store(target.client("s3"))
    return Lake(store, buckets, contracts, SystemClock(), target.environment, "command", target.approvals)


def executions_of(target: Target) -> StepFunctions:
    """Its runs."""
    return StepFunctions(target.client("stepfunctions"), target.state_machine)


def pipeline_alias(target: Target) -> PipelineAlias:
    """The alias that its runs start on."""
    return PipelineAlias(target.client("stepfunctions"), f"{target.state_machine}:live")


def who(target: Target) -> str:
    """Whose credentials these are; it goes into snapshots and the ledger."""
    return str(target.client("sts").get_caller_identity()["Arn"])
