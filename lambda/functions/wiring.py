"""What a function plugs into a step: settings, contracts and clients, made once for each execution environment."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config

from lake.aws.clock import SystemClock
from lake.aws.events import EventBus
from lake.aws.executions import StepFunctions
from lake.aws.job_logs import GlueLogs
from lake.aws.metrics import EmbeddedMetrics
from lake.aws.notify import Mail
from lake.aws.settings import Settings
from lake.aws.store import S3Store
from lake.bundle import contracts_root
from lake.rules.contract import load_contracts
from lake.steps.lake import Lake
from lake.steps.tell_people import Mails

# what a function answered is told by its log, wherever it runs
logger = Logger(service="assay", level="INFO")
_CONFIG = Config(retries={"mode": "standard", "max_attempts": 5}, s3={"addressing_style": "path"})


@cache
def settings() -> Settings:
    """The function's environment."""
    return Settings.from_env()


@cache
def lake() -> Lake:
    """The lake of this environment."""
    found = settings()
    return Lake(
        store=S3Store(boto3.client("s3", config=_CONFIG)),
        buckets=found.buckets,
        contracts=load_contracts(contracts_root()),
        clock=SystemClock(),
        environment=found.environment,
        build_id=found.build_id,
        approvals=found.approvals,
    )


@cache
def executions() -> StepFunctions:
    """Step Functions."""
    return StepFunctions(boto3.client("stepfunctions", config=_CONFIG), settings().state_machine_arn)


@cache
def events(rehearsal: str = "") -> EventBus:
    """What people are to hear of; what a smoke test makes happen carries its name."""
    return EventBus(boto3.client("events", config=_CONFIG), rehearsal)


@cache
def mails() -> Mails:
    """The mails themselves; only tell_people sends them."""
    client, found = boto3.client("sns", config=_CONFIG), settings()
    return Mails(Mail(client, found.alert_topic_arn), Mail(client, found.rehearsal_topic_arn))


@cache
def metrics() -> EmbeddedMetrics:
    """Numbers."""
    return EmbeddedMetrics(settings().environment)


@cache
def job_logs() -> GlueLogs:
    """Logs of Glue jobs."""
    return GlueLogs(boto3.client("logs", config=_CONFIG), settings().job_log_prefix)


def begin(event: Mapping[str, Any]) -> None:
    """Let every log line of this call name its run."""
    logger.append_keys(run_id=event.get("run_id"), dataset=event.get("dataset"), build_id=settings().build_id)


def answer(found: Any) -> dict[str, Any]:
    """A step's answer as the function's, logged."""
    fields = asdict(found)
    logger.info("answered", extra={"answer": fields})
    return fields
