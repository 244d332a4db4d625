"""The dual-read view of a dataset: every schema version as one table, as Athena SQL."""

import re
from collections.abc import Iterator, Sequence

from lake.errors import ContractError
from lake.rules.contract import Column, Contract

_PRESTO = {"string": "varchar", "int": "integer", "float": "real", "binary": "varbinary", "timestamp": "timestamp(3)"}
_VERSION = """REGEXP_EXTRACT("$path", '/schema_v=(v[0-9]+)/', 1)"""


def render_view(versions: Sequence[Contract], lineage: Sequence[Column]) -> str:
    """SQL of the view over all versions (oldest first), in the shape of the newest active one.

    It reads one table over the files of every version, so that a month which moves between versions moves in one
    step. Every column is named and cast; a column that a file lacks is null there. Raises ContractError when no
    version is active.
    """
    active = [each for each in versions if each.status == "active"]
    if not active:
        raise ContractError(f"no version of {versions[0].dataset} is active, so its view has no shape")
    lines = ",\n    ".join(_columns(active[-1], lineage))
    return f"SELECT\n    {lines}\nFROM {active[-1].dataset}_all\n"


def presto_type(hive_type: str) -> str:
    """Athena's SQL name of a flat Hive type."""
    if "<" in hive_type:
        raise ContractError(f"type {hive_type} is nested, a view takes flat types only")
    return _PRESTO.get(hive_type, re.sub(r",\s*", ", ", hive_type))


def _columns(newest: Contract, lineage: Sequence[Column]) -> Iterator[str]:
    yield from (_cast(column.name, column) for column in (*newest.columns, *lineage))
    yield f"CAST({_VERSION} AS varchar) AS schema_v"
    yield from (_cast(column.name, column) for column in newest.partition_columns)


def _cast(value: str, column: Column) -> str:
    return f"CAST({value} AS {presto_type(column.type)}) AS {column.name}"
