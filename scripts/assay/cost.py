"""What runs and queries cost, from the records they left."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from assay import executions
from assay.console import out, print_table
from assay.target import Target
from lake.rules import layout
from lake.rules.cost import Cost, cost_of, queries_cost
from lake.rules.json_record import from_dict
from lake.rules.prices import Prices, price_table, prices
from lake.rules.timings import Timings

COLUMNS = ("run", "dataset", "outcome", "glue", "step functions", "functions*", "s3*", "USD")
MOST_QUERIES = 50


@dataclass(frozen=True)
class RunCost:
    """One run."""

    run_id: str
    dataset: str
    outcome: str
    cost: Cost


def of_runs(target: Target, days: int) -> list[RunCost]:
    """The runs that ended within so many days, newest first; one without a record of its states is left out."""
    return sorted(_runs(target, datetime.now(UTC) - timedelta(days=days)), key=lambda each: each.run_id, reverse=True)


def of_queries(target: Target, days: int) -> tuple[int, Cost]:
    """How many Athena queries of the stack's workgroup ended within so many days, and what they cost."""
    since, client = datetime.now(UTC) - timedelta(days=days), target.client("athena")
    pages = client.get_paginator("list_query_executions").paginate(
        WorkGroup=target.name, PaginationConfig={"PageSize": MOST_QUERIES}
    )
    scanned: list[int] = []
    for page in pages:
        ids = page["QueryExecutionIds"]
        found = client.batch_get_query_execution(QueryExecutionIds=ids)["QueryExecutions"] if ids else []
        recent = [each for each in found if each["Status"]["SubmissionDateTime"] >= since]
        scanned += [each.get("Statistics", {}).get("DataScannedInBytes", 0) for each in recent]
        if len(recent) < len(found):
            break
    return len(scanned), queries_cost(scanned, prices(target.region))


def print_costs(found: list[RunCost], queries: tuple[int, Cost], days: int, region: str) -> None:
    """The runs as a table, and the sum."""
    rows = [[each.run_id, each.dataset, each.outcome, *_numbers(each.cost)] for each in found]
    total = sum((each.cost for each in found), Cost())
    print_table(COLUMNS, [*rows, ["all runs", "", "", *_numbers(total)]])
    out.print(f"{queries[0]} Athena queries {queries[1].athena:.4f} USD; together {(total + queries[1]).total:.4f} USD")
    out.print(f"[dim]of the last {days} days. * is estimated; storage, logs and keys are not in it.[/]", soft_wrap=True)
    out.print(f"[dim]{price_table().about(region)}[/]", soft_wrap=True)


def as_record(found: list[RunCost], queries: tuple[int, Cost], region: str) -> dict[str, Any]:
    """The same for programs."""
    table = price_table()
    return {
        "runs": [{**asdict(each), "total": each.cost.total} for each in found],
        "queries": {"count": queries[0], "athena": queries[1].athena},
        "estimated": ["functions", "s3"],
        "prices": {
            "region": region,
            "as_of": table.as_of,
            "assumed": table.assumed.get(region),
            **asdict(prices(region)),
        },
    }


def _runs(target: Target, since: datetime) -> Iterator[RunCost]:
    pages, price = target.client("s3").get_paginator("list_objects_v2"), prices(target.region)
    for page in pages.paginate(Bucket=target.bucket("control"), Prefix=layout.LEDGER):
        for each in page.get("Contents", []):
            if each["LastModified"] >= since:
                yield from _run(target, each["Key"], price)


def _run(target: Target, key: str, price: Prices) -> Iterator[RunCost]:
    entry = executions.read_json(target, key) or {}
    states = executions.read_json(target, layout.timings(executions.parse(entry["run_id"])))
    if states is not None:
        cost = cost_of(from_dict(Timings, states, key), entry["sources"], len(entry["partitions"]), price)
        yield RunCost(entry["run_id"], layout.dataset_of_ledger(key), entry["outcome"], cost)


def _numbers(cost: Cost) -> list[str]:
    return [f"{each:.5f}" for each in (cost.glue, cost.step_functions, cost.functions, cost.s3, cost.total)]
