"""Deliver files to bronze and find the run that takes them."""

import json
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from assay import executions
from assay.console import USAGE, CommandError
from assay.target import Target
from lake.bundle import contracts_root
from lake.errors import InvalidRequestError
from lake.rules import layout
from lake.rules.bronze import BronzeKey, name_source
from lake.rules.contract import Contract, load_contracts
from lake.rules.journal import SILVER

_DAY = re.compile(r"ingest_date=(\d{4}-\d\d-\d\d)")


@dataclass(frozen=True)
class Delivery:
    """One file as it lies in bronze."""

    file: Path
    bucket: str
    key: str
    version_id: str
    ingest_date: str

    @property
    def source_id(self) -> str:
        """The name the pipeline gives this object version."""
        return name_source(self.bucket, self.key, self.version_id)


def contract_of(dataset: str) -> Contract:
    """The contract that files of a dataset must keep."""
    contracts = load_contracts(contracts_root())
    ingested = contracts.datasets(SILVER)
    if dataset not in ingested:
        raise CommandError(f"no files of '{dataset}' are ingested; datasets that are: {', '.join(ingested)}", USAGE)
    try:
        return contracts.newest(dataset)
    except InvalidRequestError as error:
        raise CommandError(str(error), USAGE) from error


def day_of(file: Path, given: str | None) -> str:
    """The ingest date of a file: as given, or from a folder `ingest_date=…`, or today."""
    found = _DAY.search(file.resolve().as_posix())
    day = given or (found[1] if found else datetime.now(UTC).date().isoformat())
    try:
        return datetime.strptime(day, "%Y-%m-%d").date().isoformat()
    except ValueError as error:
        raise CommandError(f"'{day}' is not a day, expected YYYY-MM-DD", USAGE) from error


def require_source(file: Path) -> None:
    """Raise CommandError unless this is a file under a name that some run will take."""
    if not file.is_file():
        raise CommandError(
            f"{file} is a folder; name its files" if file.is_dir() else f"there is no file {file}", USAGE
        )
    if not BronzeKey("", "", file.name).is_source:
        raise CommandError(
            f"{file.name}: no run takes an object of this name; expected one that ends in .csv or .csv.gz and does not "
            "begin with _ or a dot; nothing was delivered",
            USAGE,
        )


def deliver(target: Target, dataset: str, file: Path, ingest_date: str) -> Delivery:
    """Put a file into bronze. On a per-object contract this alone starts a run."""
    day = datetime.strptime(ingest_date, "%Y-%m-%d").date()
    bucket, key = target.bucket("bronze"), layout.bronze_prefix(dataset, day) + file.name
    with file.open("rb") as body:
        answer = target.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    return Delivery(file, bucket, key, answer.get("VersionId", ""), ingest_date)


def is_on_hold(target: Target) -> bool:
    """Whether somebody has stopped deliveries from starting runs. False when the caller may not look."""
    try:
        rule = target.client("events").describe_rule(Name=f"{target.name}-bronze-objects")
    except ClientError:
        return False
    return bool(rule["State"] == "DISABLED")


def request_run(target: Target, dataset: str, keys: list[str], again: bool = False) -> str:
    """Ask the dispatcher for a run over these bronze keys; with `again` also those that were refused. The run id."""
    event = {"trigger": "request", "dataset": dataset, "keys": keys, "again": again}
    answer = target.client("lambda").invoke(FunctionName=f"{target.name}-dispatch", Payload=json.dumps(event))
    payload: dict[str, Any] = json.loads(answer["Payload"].read())
    if answer.get("FunctionError") or "run_id" not in payload:
        raise CommandError(f"the dispatcher answered: {payload.get('errorMessage') or payload}")
    return str(payload["run_id"])


def find_claim(target: Target, dataset: str, delivery: Delivery, seconds: float = 600) -> dict[str, Any]:
    """The claim on a delivery, as soon as a run has taken it."""
    key = layout.claim(dataset, delivery.ingest_date, delivery.source_id)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        claim = executions.read_json(target, key)
        if claim is not None:
            return claim
        time.sleep(0.4)
    raise CommandError(
        f"no run took s3://{delivery.bucket}/{delivery.key} within {seconds:.0f} s; the file is safe in bronze. "
        "See: assay runs"
    )
