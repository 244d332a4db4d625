"""The dual-read view of a dataset: every live schema version as one table, as Athena SQL."""

import re
from collections.abc import Iterator, Sequence

from lake.errors import ContractError
from lake.rules.contract import Column, Contract
from lake.rules.life_cycle import ACTIVE, IN_VIEW

_PRESTO = {"string": "varchar", "int": "integer", "float": "real", "binary": "varbinary", "timestamp": "timestamp(3)"}


def render_view(versions: Sequence[Contract], lineage: Sequence[Column]) -> str:
    """SQL of the view over all versions that are not archived (oldest first), in the shape of the newest active one.

    Every column is named and cast; one that a version does not have is a typed NULL. Raises ContractError when none
    is active.
    """
    live = [each for each in versions if each.status in IN_VIEW]
    active = [each for each in live if each.status == ACTIVE]
    if not active:
        raise ContractError(f"no version of {versions[0].dataset} is active, so its view has no shape")
    return "\nUNION ALL\n".join(_select(each, active[-1], lineage) for each in live) + "\n"


def presto_type(hive_type: str) -> str:
    """Athena's SQL name of a flat Hive type."""
    if "<" in hive_type:
        raise ContractError(f"type {hive_type} is nested, a view takes flat types only")
    return _PRESTO.get(hive_type, re.sub(r",\s*", ", ", hive_type))


def _select(version: Contract, newest: Contract, lineage: Sequence[Column]) -> str:
    lines = ",\n    ".join(_columns(version, newest, lineage))
    return f"SELECT\n    {lines}\nFROM {version.dataset}_{version.schema_version}"


def _columns(version: Contract, newest: Contract, lineage: Sequence[Column]) -> Iterator[str]:
    has = {column.name for column in version.columns}
    for column in newest.columns:
        yield _cast(column.name if column.name in has else "NULL", column)
    for column in lineage:
        yield _cast(column.name, column)
    yield f"CAST('{version.schema_version}' AS varchar) AS schema_v"
    for column in newest.partition_columns:
        yield _cast(column.name, column)


def _cast(value: str, column: Column) -> str:
    return f"CAST({value} AS {presto_type(column.type)}) AS {column.name}"
