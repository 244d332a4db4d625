"""Bring an environment to what the repository says: build, Terraform, and on the laptop a snapshot."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from assay import terraform
from assay.build import REPOSITORY, Build, build
from assay.console import USAGE, CommandError, out
from assay.site import open_site, this_process
from assay.target import LOCAL, Target
from assay.terraform import Step
from lake.rules.deployment import Deployed
from lake.steps.deployments import record_deployed
from lake.steps.keep_build import keep_build
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
    """Build, then apply; an unchanged stack is restored from its snapshot, or left as it is.

    Without a smoke test, and so for the laptop alone. Everywhere else a build is deployed.
    """
    if target.environment != LOCAL:
        raise CommandError(
            f"use: assay deploy --env {target.environment}; only the laptop takes a build untested", USAGE
        )
    built = build()
    key = fingerprint(built)
    if control.holds(key):
        return Applied(target.name, built.build_id, "nothing had changed")
    if not control.holds_anything() and control.restore_snapshot(key):
        return Applied(target.name, built.build_id, "restored from its snapshot")
    changed = _apply(target, built, quiet)
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


def _apply(target: Target, built: Build, quiet: bool) -> int:
    ensure_state_bucket(target)
    if quiet:
        return _steps(target, built, lambda _: None, lambda _: None)
    with out.status("terraform init") as line:
        seen: set[str] = set()

        def show(step: Step) -> None:
            if step.action.endswith("complete"):
                seen.add(step.resource)
            line.update(f"terraform apply: {len(seen)} done, {step.resource}")

        return _steps(target, built, show, line.update)


def _steps(target: Target, built: Build, show: Callable[[Step], None], say: Callable[[str], None]) -> int:
    terraform.init(target.environment)
    say("terraform plan")
    changed = prepare_artifacts_bucket(target, show)
    site, me = open_site(target, say), this_process(target)
    keep_build(site.store, site.bucket, built.manifest, built.artefacts())
    applied = terraform.apply(target.environment, show)
    version = applied.outputs["pipeline_version_arn"]
    site.alias.move(version)
    record_deployed(site, Deployed("apply", built.build_id, version, me.who, me.since))
    return changed + applied.changed


def prepare_artifacts_bucket(target: Target, show: Callable[[Step], None], root: Path = terraform.ROOT) -> int:
    """A build is kept before it is applied, so the first apply of all makes the buckets before everything else."""
    try:
        target.client("s3").head_bucket(Bucket=target.bucket("artifacts"))
        return 0
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"404", "NoSuchBucket"}:
            raise
    return terraform.apply(target.environment, show, root, target="module.storage").changed


def ensure_state_bucket(target: Target) -> None:
    """On AWS terraform/bootstrap makes this bucket once, by hand; here it is made on the way."""
    client, bucket = target.client("s3"), f"{target.name}-state"
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"404", "NoSuchBucket"}:
            raise
        where = {"LocationConstraint": client.meta.region_name}
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
