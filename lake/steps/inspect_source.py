"""Look into one bronze object: count its records, read its header, or say why it cannot be taken."""

from collections.abc import Sequence

from lake.errors import SourceUnreadableError
from lake.rules import layout
from lake.rules.bronze import BronzeObject
from lake.rules.compression import compression_of, decompressed
from lake.rules.contract import Contract
from lake.rules.header import SCHEMA_MISMATCH, SUPERSEDED, UNREADABLE
from lake.rules.inspection import inspect
from lake.rules.plan import RefusedSource, Source
from lake.rules.routing import route
from lake.steps.lake import Lake


def inspect_source(lake: Lake, versions: Sequence[Contract], found: BronzeObject) -> Source | RefusedSource:
    """A source with its schema version and its independent record count, or the reason why no version takes it.

    All versions (oldest first) have one CSV dialect: a header is read before its version is known.
    """
    newest = lake.store.head(found.bucket, found.key)
    if newest.version_id != found.version_id:
        # Spark reads the newest version only, and that one is a source of its own
        message = f"version {newest.version_id} has taken its place; deliver every file under a name of its own"
        return RefusedSource(found.source_id, found.key, SUPERSEDED, message)
    return inspect_version(lake, versions, found, layout.uri(found.bucket, found.key))


def inspect_version(lake: Lake, versions: Sequence[Contract], found: BronzeObject, uri: str) -> Source | RefusedSource:
    """The same for one version of the object, whatever has come after it; `uri` is where Spark will read it."""
    compression = compression_of(found.key)
    chunks = lake.store.stream(found.bucket, found.key, found.version_id)
    try:
        inspection = inspect(decompressed(chunks, compression), versions[-1].dialect)
    except SourceUnreadableError as error:
        return RefusedSource(found.source_id, found.key, UNREADABLE, str(error))
    routed = route(inspection.header, versions)
    if isinstance(routed, str):
        return RefusedSource(found.source_id, found.key, SCHEMA_MISMATCH, routed)
    return Source(
        source_id=found.source_id,
        bucket=found.bucket,
        key=found.key,
        version_id=found.version_id,
        etag=found.etag,
        size=found.size,
        ingest_date=found.ingest_date,
        records=inspection.records,
        header=routed.header,
        compression=compression,
        multiline=inspection.multiline,
        line_each=inspection.line_each,
        uri=uri,
        schema_version=routed.contract.schema_version,
        stored_at=found.stored_at,
    )
