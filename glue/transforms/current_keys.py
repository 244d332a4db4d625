"""Partition, key and content of what is current: what rows that are to be added are compared with."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules.contract import Contract
from lake.rules.snapshot import Pointer
from lake.spark.current import read_versions
from transforms.job_run import JobRun


def current_keys(run: JobRun, contract: Contract, bases: dict[str, Pointer]) -> DataFrame | None:
    """Partition, key and row_hash of what is current, in any schema version."""
    uris = [uri for pointer in bases.values() for uri in pointer.uris]
    if not uris:
        return None
    fields = ", ".join([*(f"`{each.name}` {each.type}" for each in contract.key), "row_hash string"])
    found = read_versions(run.spark, uris, fields)
    place_of_row = (F.col(each.name).cast("int").alias(each.name) for each in contract.partition_columns)
    return found.select(*place_of_row, *(each.name for each in contract.key), "row_hash")
