"""`assay gc`: look at what nobody can reach, or delete it under the one role that may."""

from dataclasses import replace
from typing import Any

import boto3

from assay.console import out, print_table
from assay.open_lake import executions_of, open_lake
from assay.target import Target
from lake.aws.deleter import S3Deleter
from lake.rules.reachability import Garbage
from lake.steps.collect_garbage import collect_garbage
from lake.steps.find_garbage import find_garbage

COLUMNS = ("bucket", "table", "run", "files", "bytes")


def collect(target: Target, dataset: str, keep: int, grace_days: float, delete: bool) -> list[Garbage]:
    """What is garbage; with delete it is gone afterwards."""
    if not delete:
        lake = open_lake(target)
        return list(find_garbage(lake, executions_of(target), dataset, keep=keep, grace_days=grace_days))
    taken = _as_collector(target)
    deleter = S3Deleter(taken.client("s3"))
    return collect_garbage(open_lake(taken), executions_of(target), deleter, dataset, keep=keep, grace_days=grace_days)


def as_json(found: list[Garbage], deleted: bool) -> dict[str, Any]:
    """The garbage for programs."""
    runs = [
        {"bucket": each.place.bucket, "table": each.place.prefix, "run": each.run_id, "bytes": each.bytes,
         "keys": list(each.keys)}
        for each in found
    ]  # fmt: skip
    return {"deleted": deleted, "runs": runs, "files": _files(found), "bytes": _bytes(found)}


def print_garbage(found: list[Garbage], deleted: bool) -> None:
    """The garbage for people."""
    rows = [(each.place.bucket, each.place.prefix, each.run_id, len(each.keys), f"{each.bytes:,}") for each in found]
    if rows:
        print_table(COLUMNS, rows)
    verb = "deleted" if deleted else "would be deleted (nothing was; --delete does it)"
    out.print(f"{_files(found):,} file(s), {_bytes(found):,} bytes {verb}")


def _files(found: list[Garbage]) -> int:
    return sum(len(each.keys) for each in found)


def _bytes(found: list[Garbage]) -> int:
    return sum(each.bytes for each in found)


def _as_collector(target: Target) -> Target:
    """The same environment under the collector's role."""
    account = target.state_machine.split(":")[4]
    partition = target.state_machine.split(":")[1]
    role = f"arn:{partition}:iam::{account}:role/{target.name}-gc"
    given = target.client("sts").assume_role(RoleArn=role, RoleSessionName="assay-gc")["Credentials"]
    session = boto3.session.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name=target.session.region_name,
    )
    return replace(target, role_session=session)
