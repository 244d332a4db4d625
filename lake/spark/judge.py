"""Raw records to judged rows: typed values, clean or not, partition. One pass, no shuffle."""

from pyspark.sql import Column as Value
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.errors import ContractError
from lake.rules.contract import Column, Contract
from lake.spark import checks, columns
from lake.spark.literals import text_list
from lake.spark.values import parsed

MOST_LISTED = 100
_PARTS = {"year": F.year, "month": F.month, "day": F.dayofmonth}
_DAY = 86_400_000_000


def judged(records: DataFrame, contract: Contract) -> DataFrame:
    """Records with their typed values and `_clean`: whether they pass every check.

    Only clean rows have a partition. Text columns stay where they are, under their raw name; what only some rows
    need (errors, hashes) is left to those who need it, so that less is shuffled.
    """
    typed = [parsed(each).alias(each.name) for each in contract.source_columns if each.type != "string"]
    rows = records.select("*", *typed)
    rows = rows.select("*", checks.clean(contract).alias(columns.CLEAN))
    parts = (F.when(F.col(columns.CLEAN), part(each, contract)).alias(each.name) for each in contract.partition_columns)
    return rows.select("*", *parts)


def partition_text(column: Column, found: Value | None = None) -> Value:
    """A partition column of judged rows as its text in a path, padded to the digits of its projection."""
    number = F.col(column.name) if found is None else found
    if column.projection is None or not column.projection.digits:
        return number.cast("string")
    digits = column.projection.digits
    low, high = (int(each) for each in column.projection.range.split(","))
    high = min(high, low + MOST_LISTED)
    # a text that is there already costs nothing, one made for every row does
    listed = text_list(str(each).zfill(digits) for each in range(low, high + 1))
    made = F.lpad(number.cast("string"), digits, "0")
    return F.when(number.between(low, high), F.element_at(listed, number - (low - 1))).otherwise(made)


def part(column: Column, contract: Contract) -> Value:
    """A partition column worked out from what it is derived from, null where that is missing or has no type."""
    if column.name not in _PARTS or column.derived_from is None:
        raise ContractError(
            f"partition column '{column.name}' must be one of {[*_PARTS]}, derived from a moment or day"
        )
    return _PARTS[column.name](_day(contract.column(column.derived_from)))


def _day(column: Column) -> Value:
    if column.type != "timestamp":
        return F.col(column.name)
    # the session's zone is UTC: whole days by arithmetic, because a cast asks the calendar of the zone for every row
    micros = f"unix_micros(`{column.name}`)"
    return F.expr(f"date_from_unix_date(cast(({micros} - pmod({micros}, {_DAY}L)) div {_DAY}L as int))")
