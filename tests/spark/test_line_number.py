"""The line of a bad record: right where it is told, and not told where it is not certain."""

import gzip
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from tests.spark.disk_lake import DiskLake, csv, row

pytestmark = pytest.mark.spark

MANY = [row(f"T{number}", "x" if number % 7 == 3 else "1.00") for number in range(200)]


def lines(lake: DiskLake) -> dict[str, int | None]:
    """Line by key of what waits."""
    return {each["raw_record"].split(",")[0]: each["line_number"] for each in lake.held().values()}


def expected(body: str) -> dict[str, int | None]:
    """What an editor shows."""
    return {text.split(",")[0]: number for number, text in enumerate(body.splitlines(), 1) if ",x," in text}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_line_is_the_one_an_editor_shows(lake: DiskLake, end: str) -> None:
    body = csv(*MANY)
    summary = lake.ingest_and_promote(body.replace("\n", end).removesuffix(end))
    assert summary.counts.quarantined == len(expected(body)) == 29
    assert lines(lake) == expected(body)


def test_a_compressed_file_counts_as_what_is_in_it(lake: DiskLake) -> None:
    body = csv(*MANY, "broken")
    source = lake.deliver(gzip.compress(body.encode()), name="a.csv.gz")
    lake.promote(lake.run([source]))
    assert lines(lake) == {**expected(body), "broken": 202}


@pytest.mark.parametrize(
    "body",
    [
        csv(row("T1"), "", row("T2", "x")),
        csv(row("T0"), row("T1", account='"a\nb"'), row("T2", "x")),
        f"\n{csv(row('T1'), row('T2', 'x'))}",
    ],
    ids=["blank line", "line break in a field", "blank line before the header"],
)
def test_where_a_record_is_not_a_line_nothing_is_said(lake: DiskLake, body: str) -> None:
    lake.ingest_and_promote(body)
    assert "T2" in lines(lake) and set(lines(lake).values()) == {None}


def test_of_several_files_nothing_is_said(lake: DiskLake) -> None:
    lake.ingest_and_promote(csv(row("T1"), row("T2", "x")), csv(row("T3")))
    assert "T2" in lines(lake) and set(lines(lake).values()) == {None}


@pytest.fixture
def split_early(spark: SparkSession) -> Iterator[None]:
    """Spark cuts this small file into many pieces, as it does with a large one."""
    names = ("spark.sql.files.openCostInBytes", "spark.sql.files.maxPartitionBytes")
    before = {name: spark.conf.get(name) for name in names}
    for name in names:
        spark.conf.set(name, "1000")
    yield
    for name, value in before.items():
        spark.conf.set(name, str(value))


def test_of_a_file_that_several_tasks_read_nothing_is_said(lake: DiskLake, split_early: None) -> None:
    lake.ingest_and_promote(csv(*MANY))
    assert set(lines(lake).values()) == {None}
