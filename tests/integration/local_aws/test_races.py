"""Twenty at once on conditional writes. Not on moto, which checks a condition and writes in two steps."""

import threading
from collections.abc import Callable

import pytest

from lake.aws.store import S3Store
from lake.errors import ConflictError
from lake.steps.current import current_snapshot, read_pointer
from lake.steps.promote_partition import promote_partition
from tests.builders import BUCKETS, MARCH, SILVER, JobOutput, Rows, lake_on, plan_of, run_id
from tests.integration.local_aws.aws import Aws

WRITERS = 20


@pytest.fixture(scope="module")
def store(aws: Aws) -> S3Store:
    client = aws.root("s3")
    for bucket in vars(BUCKETS).values():
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return S3Store(client)


def at_once(work: Callable[[int], object]) -> list[BaseException]:
    """Twenty threads, each doing its own; what went wrong."""
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:  # a thread must not die unseen
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def test_of_twenty_writers_one_wins(store: S3Store) -> None:
    store.create(BUCKETS.control, "k", "0")
    etag = store.read(BUCKETS.control, "k").etag
    lost = at_once(lambda number: store.replace(BUCKETS.control, "k", f"writer {number}", etag))
    assert len(lost) == WRITERS - 1
    assert {type(each) for each in lost} == {ConflictError}


def test_twenty_threads_promote_twenty_runs(aws: Aws, store: S3Store) -> None:
    lake = lake_on(store)
    rows = [(Rows(MARCH, 10, f"{n:03d}a", f"{n:03d}z"),) for n in range(WRITERS)]
    summaries = [JobOutput(lake, plan_of(n)).silver(rows[n]) for n in range(WRITERS)]
    lost = at_once(lambda n: promote_partition(lake, SILVER, "silver", summaries[n], summaries[n].partitions[0]))
    assert lost == []
    pointer = read_pointer(store, SILVER, MARCH)
    assert pointer is not None
    assert pointer.sequence == WRITERS
    files = current_snapshot(store, SILVER, pointer).files
    assert sorted(file.run_id for file in files) == [str(run_id(number)) for number in range(WRITERS)]
    versions = aws.root("s3").list_object_versions(Bucket=BUCKETS.silver, Prefix=SILVER.manifest(MARCH))["Versions"]
    assert len(versions) == WRITERS
