"""Where a planned version of a bronze object can be read: at its own key, or as a copy when it is not the newest."""

from lake.errors import NotFoundError
from lake.rules import layout
from lake.rules.bronze import BronzeObject
from lake.rules.run import RunId
from lake.steps.lake import Lake

# what the job compares the plan's ETag with: a copy under a key of its own has another one
SOURCE_ETAG = "source-etag"


def readable_uri(lake: Lake, run_id: RunId, source: BronzeObject) -> str:
    """The address Spark reads this version at; Spark itself can only read the newest version of a key."""
    if _is_newest(lake, source):
        return layout.uri(source.bucket, source.key)
    bucket = lake.buckets.control
    key = layout.pinned_source(run_id, source.source_id, source.key.rpartition("/")[2])
    lake.store.copy_version(source.bucket, source.key, source.version_id, bucket, key, {SOURCE_ETAG: source.etag})
    return layout.uri(bucket, key)


def _is_newest(lake: Lake, source: BronzeObject) -> bool:
    try:
        return lake.store.head(source.bucket, source.key).version_id == source.version_id
    except NotFoundError:
        return False
