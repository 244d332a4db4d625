"""S3 behind the `Deleter` port: delete markers on versioned buckets, never a version."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lake.aws.errors import translated
from lake.errors import StoreError
from lake.rules import layout

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Deleter:
    """One S3 client that may delete."""

    def __init__(self, client: "S3Client") -> None:
        self._client = client

    def delete(self, bucket: str, keys: Sequence[str]) -> None:
        """Put a delete marker on each object. Raises StoreError naming the first that S3 refused."""
        with translated(f"delete {len(keys)} objects of {bucket}"):
            answer = self._client.delete_objects(
                Bucket=bucket, Delete={"Objects": [{"Key": each} for each in keys], "Quiet": True}
            )
        for problem in answer.get("Errors", []):
            where = layout.uri(bucket, problem.get("Key", ""))
            raise StoreError(f"could not delete {where}: {problem.get('Code')}: {problem.get('Message')}")
