"""Deletion on S3: a marker each, and what is refused is said."""

import pytest

from lake.aws.deleter import S3Deleter
from lake.errors import StoreError
from tests.aws.conftest import Aws
from tests.builders import BUCKETS


def test_a_deleted_object_keeps_its_versions(aws: Aws) -> None:
    keys = [f"d/runs/run_id=r/attempt=a/part-{number}.parquet" for number in range(3)]
    for key in keys:
        aws.s3.put_object(Bucket=BUCKETS.silver, Key=key, Body=b"rows")
    S3Deleter(aws.s3).delete(BUCKETS.silver, keys[:2])
    left = aws.s3.list_objects_v2(Bucket=BUCKETS.silver)["Contents"]
    assert [each["Key"] for each in left] == keys[2:]
    versions = aws.s3.list_object_versions(Bucket=BUCKETS.silver)
    assert len(versions["Versions"]) == 3
    assert len(versions["DeleteMarkers"]) == 2


def test_what_s3_refuses_is_named() -> None:
    class Refusing:
        def delete_objects(self, **_: object) -> dict[str, object]:
            return {"Errors": [{"Key": "a", "Code": "AccessDenied", "Message": "no"}]}

    with pytest.raises(StoreError, match="could not delete s3://b/a: AccessDenied: no"):
        S3Deleter(Refusing()).delete("b", ["a"])  # type: ignore[arg-type]
