"""The names of content: `row_hash` of a row, `row_id` of one occurrence of it in a source."""

from pyspark.sql import Column as Value
from pyspark.sql import functions as F

from lake.rules.contract import Contract
from lake.spark import columns
from lake.spark.values import canonical, clean_value, missing, value

SEPARATOR = "\x1f"


def row_hash(contract: Contract) -> Value:
    """SHA-256 of `name=value` of every field that is there, for rows whose fields all have a type."""
    named = (F.concat(F.lit(f"{each.name}="), canonical(each, value(each))) for each in contract.source_columns)
    return F.sha2(F.concat_ws(SEPARATOR, *named), 256)


def clean_row_hash(contract: Contract) -> Value:
    """The row hash of a clean row: of the same text, put together at once, because its required fields are there."""
    first, *others = contract.source_columns
    if not first.required:
        return row_hash(contract)
    pieces: list[Value] = [F.lit(f"{first.name}="), canonical(first, clean_value(first))]
    for each in others:
        named = [F.lit(f"{SEPARATOR}{each.name}="), canonical(each, clean_value(each))]
        pieces += named if each.required else [F.coalesce(F.concat(*named), F.lit(""))]
    return F.sha2(F.concat(*pieces), 256)


def any_row_hash(contract: Contract) -> Value:
    """The row hash of any row: over the text as it came where a field has no type."""
    return F.when(_all_typed(contract), row_hash(contract)).otherwise(F.sha2(_as_it_came(contract), 256))


def possible_hashes(contract: Contract) -> Value:
    """Every row hash under which a clean row may be known: it may have waited when a field of it had no type yet."""
    return F.array(row_hash(contract), F.sha2(_as_it_came(contract), 256))


def row_id(source_id: Value, content: Value, occurrence: Value) -> Value:
    """`<source_id>-<24 hex digits of row_hash>[-n]`: names one row of one source, the same in every run.

    96 bits tell the rows of a source apart; n counts rows of equal content from the second on.
    """
    again = F.when(occurrence > 1, F.concat(F.lit("-"), occurrence.cast("string"))).otherwise("")
    # a part of bytes is a copy; a part of a text is looked for, character by character
    return F.concat(source_id, F.lit("-"), F.substring(content.cast("binary"), 1, 24).cast("string"), again)


def _all_typed(contract: Contract) -> Value:
    typed = F.col(columns.CORRUPT).isNull()
    for column in contract.source_columns:
        if column.type != "string":
            typed = typed & (missing(column) | F.col(column.name).isNotNull())
    return typed


def _as_it_came(contract: Contract) -> Value:
    fields = (F.concat(F.lit(f"{each.source}="), F.col(columns.raw(each))) for each in contract.source_columns)
    record = F.concat(F.lit("record="), F.col(columns.CORRUPT))
    return F.coalesce(record, F.concat_ws(SEPARATOR, *fields))
