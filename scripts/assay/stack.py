"""Bring an environment to what the repository says: build, Terraform, and on the laptop a snapshot."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from assay import terraform
from assay.build import REPOSITORY, Build, build
from assay.console import out
from assay.target import LOCAL, Target
from assay.terraform import Step
from local_aws import control

_DESCRIBED_BY = ("terraform", "contracts", "sql")
_LEFT_OUT = {".terraform", "tests", "bootstrap"}


@dataclass(frozen=True)
class Applied:
    """An environment after an apply."""

    name: str
    build_id: str
    how: str


def apply(target: Target, quiet: bool = False) -> Applied:
    """Build, then apply; locally an unchanged stack is restored from its snapshot, or left as it is."""
    built = build()
    key = fingerprint(built)
    if target.environment == LOCAL and control.holds(key):
        return Applied(target.name, built.build_id, "nothing had changed")
    if target.environment == LOCAL and not control.holds_anything() and control.restore_snapshot(key):
        return Applied(target.name, built.build_id, "restored from its snapshot")
    changed = _apply(target, quiet)
    if target.environment == LOCAL:
        control.mark(key)
    return Applied(target.name, built.build_id, f"{changed} resource(s) changed")


def fingerprint(built: Build) -> str:
    """Hash of everything an apply depends on."""
    digest = hashlib.sha256(built.build_id.encode())
    for path in _described():
        digest.update(path.relative_to(REPOSITORY).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _described() -> Iterator[Path]:
    for folder in _DESCRIBED_BY:
        for path in sorted((REPOSITORY / folder).rglob("*")):
            if path.is_file() and not _LEFT_OUT & set(path.parts):
                yield path


def _apply(target: Target, quiet: bool) -> int:
    if target.environment == LOCAL:
        _ensure_state_bucket(target)
    if quiet:
        terraform.init(target.environment)
        return terraform.apply(target.environment, lambda _: None)
    with out.status("terraform init") as line:
        terraform.init(target.environment)
        line.update("terraform plan")
        seen: set[str] = set()

        def show(step: Step) -> None:
            if step.action.endswith("complete"):
                seen.add(step.resource)
            line.update(f"terraform apply: {len(seen)} done, {step.resource}")

        return terraform.apply(target.environment, show)


def _ensure_state_bucket(target: Target) -> None:
    """On AWS terraform/bootstrap makes this bucket once, by hand; here it is made on the way."""
    client = target.client("s3")
    try:
        client.create_bucket(
            Bucket=f"{target.name}-state", CreateBucketConfiguration={"LocationConstraint": client.meta.region_name}
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
            raise
