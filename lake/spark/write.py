"""DataFrames to Parquet, one folder a partition. There is no overwrite here: the folder of an attempt is new."""

from collections.abc import Iterable, Sequence

from pyspark.sql import DataFrame
from pyspark.sql.types import DecimalType, TimestampType

from lake.rules.contract import Column


def write(rows: DataFrame, folder: str, partition_columns: Sequence[Column], unique: Iterable[str]) -> None:
    """Write rows below a folder that must be empty. Raises AnalysisException when it is not.

    A dictionary of the values of a `unique` column would only be built to be thrown away; so would, most of the time,
    one of amounts or moments, and where they repeat the codec sees it.
    """
    many = (each.name for each in rows.schema.fields if isinstance(each.dataType, DecimalType | TimestampType))
    plain = {f"parquet.enable.dictionary#{name}": "false" for name in (*unique, *many)}
    names = (each.name for each in partition_columns)
    rows.write.mode("error").options(**plain).partitionBy(*names).parquet(folder)
