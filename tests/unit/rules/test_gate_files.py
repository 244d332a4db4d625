"""The gate's files: good ones pass, and each single fault refuses the run, in words."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lake.rules import layout
from lake.rules.contract import Contract, Thresholds
from lake.rules.gate_files import Shape, Written, file_reasons
from lake.steps.summaries import parts_of, written_by
from tests.builders import BUCKETS, MARCH, TRANSACTIONS, JobOutput, Rows, lake_on, plan_of, run_id, source

TODAY = date(2024, 4, 1)
RECORDS = 1000
PLAN = plan_of(1, source(RECORDS))


def written(**changes: Any) -> Written:
    lake = lake_on()
    made = JobOutput(lake, PLAN).silver((Rows(rows=RECORDS),))
    return replace(written_by(lake, parts_of(lake, PLAN, "silver")[0], made)[0], **changes)


def problems(found: Written, contract: Contract = TRANSACTIONS, sizes: Mapping[str, int] | None = None) -> list[str]:
    stored = {file.uri: file.bytes for part in found.partitions for file in part.files}
    return list(file_reasons(found, contract, run_id(), stored if sizes is None else sizes, TODAY))


def with_file(**changes: Any) -> Written:
    part = written().partitions[0]
    file = replace(part.files[0], **changes)
    return written(partitions=(replace(part, files=(file,)),))


def with_partition(**changes: Any) -> Written:
    return written(partitions=(replace(written().partitions[0], **changes),))


def test_good_files_pass() -> None:
    assert problems(written()) == []
    assert problems(written(partitions=(), rows=0, found_columns={})) == []


def test_a_month_that_became_empty_has_no_columns_to_compare() -> None:
    assert problems(replace(with_partition(files=(), rows=0), rows=0, found_columns={})) == []


def test_a_missing_or_shorter_file_is_told() -> None:
    uri = written().partitions[0].files[0].uri
    assert problems(written(), sizes={}) == [f"transactions: {uri} is missing"]
    assert "has 1 bytes, the summary says" in problems(written(), sizes={uri: 1})[0]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (with_file(uri="s3://t-silver/elsewhere/part-0.parquet"), "is not a file of this run"),
        (with_file(run_id="another"), "is not a file of this run"),
        (with_file(rows=0), "holds no row"),
        (with_file(rows=RECORDS - 1), "its files hold 999 rows, expected 1000"),
        (with_file(bytes=2 << 30), "has 2048 MB, allowed are 1024 MB"),
        (with_partition(partition="year=2009/month=03"), "outside what Athena looks at"),
        (with_partition(files=written().partitions[0].files * 2), "a file is listed twice"),
        (written(partitions=written().partitions * 2), "partition year=2024/month=03 is listed twice"),
        (written(rows=RECORDS + 1), "the partitions hold 1000 rows, the counts say 1001"),
        (written(found_columns={}), "the files do not have the contract's columns"),
        (
            written(found_columns={**written().columns, "amount": "double"}),
            "amount: double (expected decimal(18,4))",
        ),
        (written(found_columns={**written().columns, "x": "int"}), "x: int (expected none)"),
    ],
)
def test_each_fault_of_a_file_is_told(found: Written, words: str) -> None:
    assert any(words in reason for reason in problems(found)), problems(found)


def beside_v1(found_columns: Mapping[str, str], version: str = "v2") -> Written:
    """A partition with a file of v1 and one of another version."""
    part = written().partitions[0]
    place = layout.table_place(BUCKETS.silver, "transactions", "v2")
    address = layout.uri(place.bucket, f"{place.run(run_id())}/part-1.parquet").replace("v2", version)
    files = (*part.files, replace(part.files[0], uri=address))
    shape = Shape(place, {"a": "int"}, found_columns)
    return written(partitions=(replace(part, files=files, rows=2 * RECORDS),), rows=2 * RECORDS, older=(shape,))


def test_files_of_each_version_are_compared_with_their_own_contract() -> None:
    assert problems(beside_v1({"a": "int"})) == []
    assert problems(beside_v1({"a": "bigint"})) == [
        "transactions: the files do not have the contract's columns: a: bigint (expected int)"
    ]
    assert "is not a file of this run, expected one below" in problems(beside_v1({"a": "int"}, "v3"))[0]


def test_too_many_files_are_told() -> None:
    assert problems(written(), replace(TRANSACTIONS, thresholds=Thresholds(max_files_per_partition=0))) == [
        f"transactions: partition {MARCH}: 1 files, allowed are 0"
    ]
