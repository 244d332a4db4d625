"""The dual-read view of a dataset: rows of every schema version under one name, as Athena SQL."""

import re
from collections.abc import Iterator, Sequence

from lake.errors import ContractError
from lake.rules.contract import Column, Contract
from lake.rules.life_cycle import ACTIVE

# the file a row lies in tells its version; one partition is one manifest, whatever versions its files are of
SCHEMA_V = "REGEXP_EXTRACT(\"$path\", '/schema_v=(v[0-9]+)/', 1)"
_PRESTO = {"string": "varchar", "int": "integer", "float": "real", "binary": "varbinary", "timestamp": "timestamp(3)"}


def render_view(versions: Sequence[Contract], lineage: Sequence[Column]) -> str:
    """SQL of the view over the files of all versions (oldest first), in the shape of the newest active one.

    Every column is named and cast; one that a file's version does not have is null there, with the type of the newest.
    It reads one table, so a row that moves from one version to another is never seen twice or not at all. Raises
    ContractError when no version is active.
    """
    active = [each for each in versions if each.status == ACTIVE]
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
    for column in (*newest.columns, *lineage):
        yield _cast(column.name, column)
    yield f"CAST({SCHEMA_V} AS varchar) AS schema_v"
    for column in newest.partition_columns:
        yield _cast(column.name, column)


def _cast(value: str, column: Column) -> str:
    return f"CAST({value} AS {presto_type(column.type)}) AS {column.name}"
