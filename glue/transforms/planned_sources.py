"""The sources a plan names, and proof that what will be read is what was planned."""

from lake.errors import InputMismatchError, NotFoundError
from lake.rules import layout
from lake.rules.contract import Contract
from lake.rules.objects import ObjectInfo
from lake.rules.plan import Source
from transforms.job_run import JobRun

SOURCE_ETAG = "source-etag"


def checked_sources(run: JobRun, contract: Contract) -> list[Source]:
    """The plan's sources in the order that decides between equals.

    Raises InputMismatchError when the contract or the bytes are not those that were planned.
    """
    check_contract(run, contract)
    versions = [each.schema_version for each in run.lake.contracts.versions(contract.dataset)]
    held = versions[: versions.index(contract.schema_version) + 1]
    for source in run.plan.sources:
        if run.plan.version_of(source) not in held:
            raise InputMismatchError(
                f"{source.uri} is of schema version {source.schema_version}, but run {run.run_id} was planned under "
                f"{contract.schema_version}, which holds the columns of {', '.join(held)} only; start a new run"
            )
        _check(run, source)
    return sorted(run.plan.sources, key=lambda each: (each.ingest_date, each.source_id))


def check_contract(run: JobRun, contract: Contract) -> None:
    """Raise InputMismatchError when this build has another contract than the one the run was planned under."""
    if run.plan.contract_sha256 != contract.fingerprint:
        raise InputMismatchError(
            f"run {run.run_id} was planned under contract {contract.dataset} {contract.schema_version} "
            f"{run.plan.contract_sha256}, this build has {contract.fingerprint}; start a new run"
        )


def _check(run: JobRun, source: Source) -> None:
    bucket, key = layout.split_uri(source.uri)
    found = _head(run, source, bucket, key)
    if (bucket, key) == (source.bucket, source.key):
        if found.etag != source.etag:
            raise InputMismatchError(
                f"{source.uri} was planned at version {source.version_id} (ETag {source.etag}), now its ETag is "
                f"{found.etag}; Spark reads only the newest version, so deliver the planned bytes under a new name"
            )
        return
    # a copy of an older version: under a key of its own, or encrypted, its ETag need not be that of its original
    copied = found.metadata.get(SOURCE_ETAG)
    if found.size != source.size or source.etag not in (copied, found.etag):
        raise InputMismatchError(
            f"{source.uri} has {found.size} bytes and is a copy of ETag {copied or 'unknown'}; planned was version "
            f"{source.version_id} of {layout.uri(source.bucket, source.key)} with {source.size} bytes and ETag "
            f"{source.etag}; start a new run"
        )


def _head(run: JobRun, source: Source, bucket: str, key: str) -> ObjectInfo:
    try:
        return run.lake.store.head(bucket, key)
    except NotFoundError as error:
        raise InputMismatchError(
            f"run {run.run_id} is to read {source.uri} (version {source.version_id} of "
            f"{layout.uri(source.bucket, source.key)}), which is not there; start a new run"
        ) from error
