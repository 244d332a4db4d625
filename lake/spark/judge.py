"""Raw records to judged rows: typed values, errors, content hash, partition. One pass, no shuffle."""

from pyspark.sql import Column as Value
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.errors import ContractError
from lake.rules.contract import Column, Contract
from lake.spark import checks, columns
from lake.spark.hashes import row_hash
from lake.spark.values import parsed

_PARTS = {"year": F.year, "month": F.month, "day": F.dayofmonth}


def judged(records: DataFrame, contract: Contract) -> DataFrame:
    """Records with their typed values, `row_hash`, and `_errors`: null for a row that passes every check.

    Only rows that pass have a partition; text columns stay where they are, under their raw name.
    """
    typed = [parsed(each).alias(each.name) for each in contract.source_columns if each.type != "string"]
    rows = records.select("*", *typed)
    rows = rows.select("*", checks.clean(contract).alias(columns.CLEAN))
    clean = F.col(columns.CLEAN)
    return rows.select(
        "*",
        F.when(~clean, checks.errors(contract)).alias(columns.ERRORS),
        row_hash(contract).alias("row_hash"),
        *(F.when(clean, _part(each)).alias(each.name) for each in contract.partition_columns),
    )


def _part(column: Column) -> Value:
    """A partition column as its text in a path, padded to the digits of its projection."""
    if column.name not in _PARTS or column.derived_from is None or column.projection is None:
        raise ContractError(
            f"partition column '{column.name}' must be one of {[*_PARTS]}, derived from a moment or day"
        )
    text = _PARTS[column.name](F.col(column.derived_from)).cast("string")
    return F.lpad(text, column.projection.digits, "0") if column.projection.digits else text
