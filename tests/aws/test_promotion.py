"""The promotion protocol on S3's own conditional writes: twenty at once, each once."""

import threading

from lake.aws.store import S3Store
from lake.steps.current import current_snapshot, read_pointer
from lake.steps.promote_partition import promote_partition
from tests.aws.conftest import Aws
from tests.builders import BUCKETS, MARCH, SILVER, JobOutput, Rows, lake_on, plan_of, run_id


def test_twenty_threads_promote_twenty_runs(aws: Aws) -> None:
    lake = lake_on(S3Store(aws.s3))
    numbers = range(20)
    summaries = [JobOutput(lake, plan_of(n)).silver((Rows(MARCH, 10, f"{n:03d}a", f"{n:03d}z"),)) for n in numbers]
    failures: list[BaseException] = []

    def promote(number: int) -> None:
        try:
            promote_partition(lake, SILVER, "silver", summaries[number], summaries[number].partitions[0])
        except BaseException as error:  # a thread must not die unseen
            failures.append(error)

    threads = [threading.Thread(target=promote, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    pointer = read_pointer(lake.store, SILVER, MARCH)
    assert pointer is not None
    assert pointer.sequence == 20
    files = current_snapshot(lake.store, SILVER, pointer).files
    assert sorted(file.run_id for file in files) == [str(run_id(number)) for number in numbers]
    versions = aws.s3.list_object_versions(Bucket=BUCKETS.silver, Prefix=SILVER.manifest(MARCH))["Versions"]
    assert len(versions) == 20
