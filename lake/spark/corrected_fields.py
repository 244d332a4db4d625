"""The fields of a row of quarantine and what a person gives in their place: what is judged, and what that changes."""

from pyspark.sql import Column as Value
from pyspark.sql import functions as F

# prefix of the columns that come from the person
GIVEN = "given_"


def merged_fields() -> Value:
    """The fields to judge: those given, with the others as they were; null where the record could not be split."""
    given, fields = F.col(f"{GIVEN}fields"), F.col("fields")
    others = F.map_filter(F.coalesce(fields, _nothing()), lambda name, _: given[name].isNull())
    return F.when(given.isNull(), fields).otherwise(F.map_concat(others, given))


def changed_fields() -> Value:
    """`Name: before → after` of each field that is given another value; a field without text is empty."""
    given, fields = F.col(f"{GIVEN}fields"), F.coalesce("fields", _nothing())
    differing = F.filter(F.map_entries(given), lambda each: _text(each["value"]) != _text(fields[each["key"]]))
    told = F.transform(
        differing,
        lambda each: F.concat(each["key"], F.lit(": "), _text(fields[each["key"]]), F.lit(" → "), _text(each["value"])),
    )
    return F.coalesce(F.array_join(told, "; "), F.lit(""))


def _text(value: Value) -> Value:
    return F.coalesce(value, F.lit(""))


def _nothing() -> Value:
    return F.expr("cast(map() as map<string,string>)")
