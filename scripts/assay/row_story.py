"""`assay quarantine show`: the whole story of one row, from its file to where it is now."""

from dataclasses import asdict, dataclass
from typing import Any

from assay import executions, held_rows
from assay.console import USAGE, CommandError
from assay.held_rows import HISTORY, Wanted
from assay.query import ask
from assay.target import Target
from lake.aws.store import S3Store
from lake.rules import layout
from lake.rules.bronze import BronzeObject
from lake.rules.claim import Claim
from lake.rules.contract import Contracts
from lake.rules.held_row import HeldRow, in_words
from lake.rules.held_state import RECOVERED
from lake.steps.records import read_record

IN_SILVER = "in silver"
NOWHERE = "not current"


@dataclass(frozen=True)
class RowStory:
    """Where a row came from, what is wrong with it, what was tried, and where it is now."""

    row_id: str
    state: str
    source: BronzeObject
    ingested_by: str
    row: HeldRow | None
    errors: tuple[str, ...]
    silver: dict[str, str]
    runs: tuple[dict[str, Any], ...]


def story_of(target: Target, contracts: Contracts, dataset: str, row_id: str) -> RowStory:
    """Look the row up among the open rows, the condemned ones and silver."""
    wanted = Wanted(row_id=row_id)
    claim = _claim(target, dataset, row_id)
    state, row, silver = _find(target, contracts, dataset, wanted, claim.source.ingest_date)
    contract = contracts.newest(dataset)
    names = [claim.run_id, *(each.run_id for each in row.retry_history)] if row else [claim.run_id]
    names += [row.run_id if row else silver.get("run_id", "")]
    return RowStory(
        row_id,
        state,
        claim.source,
        claim.run_id,
        row,
        tuple(in_words(each, contract) for each in row.errors) if row else (),
        silver,
        tuple(_run(target, dataset, each) for each in dict.fromkeys(names) if each),
    )


def as_json(story: RowStory) -> dict[str, Any]:
    """The story for programs."""
    return asdict(story)


def _claim(target: Target, dataset: str, row_id: str) -> Claim:
    """The record of the row's source; a row's id starts with that of its source."""
    store, control = S3Store(target.client("s3")), target.bucket("control")
    source_id = row_id.partition("-")[0]
    end = f"/{source_id}.json"
    keys = [each.key for each in store.list(control, layout.all_claims(dataset)) if each.key.endswith(end)]
    if not keys:
        raise CommandError(f"no source of {dataset} has the id {source_id}, so there is no row {row_id}", USAGE)
    return read_record(store, Claim, control, keys[0])


def _find(
    target: Target, contracts: Contracts, dataset: str, wanted: Wanted, day: str
) -> tuple[str, HeldRow | None, dict[str, str]]:
    """The row's state, the row as quarantine has it (a recovered one with its history), and its place in silver."""
    entries = held_rows.rows_of_day(target, dataset, HISTORY, wanted, day)
    row = entries[-1] if entries else None
    if row is not None and row.state != RECOVERED:
        return row.state, row, {}
    silver = _silver(target, contracts, dataset, str(wanted.row_id))
    return (IN_SILVER if silver else NOWHERE), row, silver


def _silver(target: Target, contracts: Contracts, dataset: str, row_id: str) -> dict[str, str]:
    keys = ", ".join(each.name for each in contracts.newest(dataset).partition_columns)
    columns = f'{keys}, run_id, attempt_count, CAST(ingested_at AS VARCHAR) AS ingested_at, "$path" AS file'
    # a row's id was checked to be digits, letters and hyphens
    answer = ask(target, f"SELECT {columns} FROM {dataset}_all WHERE row_id = '{row_id}'")
    return {name: str(cell) for row in answer.rows[:1] for name, cell in zip(answer.columns, row, strict=True)}


def _run(target: Target, dataset: str, run_id: str) -> dict[str, Any]:
    entry = executions.ledger_entry(target, dataset, run_id) or {}
    wanted = ("kind", "outcome", "started_at", "build_id", "contract_version", "execution_arn")
    return {"run_id": run_id, **{name: entry.get(name) for name in wanted}}
