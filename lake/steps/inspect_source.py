"""Look into one bronze object: count its records, read its header, or say why it cannot be taken."""

from lake.errors import SourceUnreadableError
from lake.rules import layout
from lake.rules.bronze import BronzeObject
from lake.rules.compression import compression_of, decompressed
from lake.rules.contract import Contract
from lake.rules.header import SCHEMA_MISMATCH, SUPERSEDED, UNREADABLE, header_problem
from lake.rules.inspection import inspect
from lake.rules.plan import RefusedSource, Source
from lake.steps.lake import Lake


def inspect_source(lake: Lake, contract: Contract, found: BronzeObject) -> Source | RefusedSource:
    """A source with its independent record count, or the reason why the contract refuses it."""
    newest = lake.store.head(found.bucket, found.key)
    if newest.version_id != found.version_id:
        # Spark reads the newest version only, and that one is a source of its own
        message = f"version {newest.version_id} has taken its place; deliver every file under a name of its own"
        return RefusedSource(found.source_id, found.key, SUPERSEDED, message)
    compression = compression_of(found.key)
    chunks = lake.store.stream(found.bucket, found.key, found.version_id)
    try:
        inspection = inspect(decompressed(chunks, compression), contract.dialect)
    except SourceUnreadableError as error:
        return RefusedSource(found.source_id, found.key, UNREADABLE, str(error))
    problem = header_problem(inspection.header, contract)
    if problem:
        return RefusedSource(found.source_id, found.key, SCHEMA_MISMATCH, problem)
    return Source(
        source_id=found.source_id,
        bucket=found.bucket,
        key=found.key,
        version_id=found.version_id,
        etag=found.etag,
        size=found.size,
        ingest_date=found.ingest_date,
        records=inspection.records,
        header=inspection.header,
        compression=compression,
        multiline=inspection.multiline,
        uri=layout.uri(found.bucket, found.key),
    )
