"""Queries to begin with, for the page of a dataset; each names its partitions, so it reads little."""

from collections.abc import Iterator

from lake.rules.contract import Column, Contract


def example_queries(contract: Contract) -> Iterator[tuple[str, str]]:
    """Question and SQL, in Athena's dialect."""
    keys = " AND ".join(f"{column.name} = {_example(column)}" for column in contract.partition_columns)
    table = f"{contract.dataset}_{contract.schema_version}"
    if contract.layer != "silver":
        names = ", ".join(column.name for column in contract.columns)
        yield "One month", f"SELECT {names}\nFROM {contract.dataset}\nWHERE {keys}\nLIMIT 100"
        return
    names = ", ".join(column.name for column in contract.columns)
    view = contract.dataset
    yield "One month, whatever version its rows came in", f"SELECT {names}\nFROM {view}\nWHERE {keys}\nLIMIT 100"
    counted = f"SELECT schema_v, COUNT(*) AS row_count\nFROM {view}\nWHERE {keys}\nGROUP BY schema_v"
    yield "Rows by schema version", counted
    yield "Where a row came from", f"SELECT row_id, run_id, source_id, ingested_at\nFROM {view}\nWHERE {keys}\nLIMIT 10"
    yield "Rows of one run, promoted or not", f"SELECT COUNT(*) AS row_count\nFROM {table}_runs\nWHERE run_id = 'RUN'"


def _example(column: Column) -> str:
    projection = column.projection
    if projection is None or projection.type == "integer":
        return "2024" if projection and projection.digits == 4 else "3"
    return f"'{'2024-03-31'[: len(projection.format)]}'"
