"""Late rows: valid rows of a month that was closed when their source was delivered."""

from collections import Counter
from datetime import date

from pyspark.sql import functions as F

from lake.rules import partition
from lake.rules.contract import Contract
from lake.rules.late import day_of_delivery, is_closed
from lake.rules.summary import PartitionFiles
from lake.spark.current import read_versions
from transforms.job_run import JobRun
from transforms.written import Written


def late_rows(run: JobRun, contract: Contract, valid: Written) -> dict[str, int]:
    """Late rows by month. Files are opened only where some sources came in time and some did not."""
    days = {
        each.source_id: day_of_delivery(each.ingest_date, each.stored_at, contract.sweep_days)
        for each in run.plan.sources
    }
    late: Counter[str] = Counter()
    mixed: list[PartitionFiles] = []
    for part in valid.partitions:
        verdicts = {_is_late(part.partition, day, contract) for day in days.values()}
        if verdicts == {True}:
            late[partition.month_of(part.partition)] += part.rows
        elif True in verdicts:
            mixed.append(part)
    if mixed:
        late.update(_count(run, contract, mixed, days))
    return dict(sorted(late.items()))


def _count(run: JobRun, contract: Contract, parts: list[PartitionFiles], days: dict[str, date]) -> Counter[str]:
    uris = [file.uri for part in parts for file in part.files]
    names = [each.name for each in contract.partition_columns]
    rows = read_versions(run.spark, uris, "source_id string")
    late: Counter[str] = Counter()
    for row in rows.groupBy(*names, "source_id").agg(F.count("*").alias("rows")).collect():
        place = partition.path({name: row[name] for name in names})
        if _is_late(place, days[row["source_id"]], contract):
            late[partition.month_of(place)] += row["rows"]
    return late


def _is_late(part: str, delivered: date, contract: Contract) -> bool:
    return is_closed(partition.month_of(part), delivered, contract.closed_after_days)
