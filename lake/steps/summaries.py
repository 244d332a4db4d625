"""Where a run's summaries and files lie, layer by layer."""

from dataclasses import dataclass

from lake.errors import NotFoundError, SummaryMissingError
from lake.rules import layout
from lake.rules.contract import Column, Contract
from lake.rules.gate_files import Shape, Written
from lake.rules.journal import GOLD, SILVER
from lake.rules.json_record import RecordError
from lake.rules.layout import Place
from lake.rules.plan import Plan
from lake.rules.run import RunId
from lake.rules.summary import RunSummary
from lake.steps.lake import Lake
from lake.steps.places import QUARANTINE
from lake.steps.records import find_record, read_record


@dataclass(frozen=True)
class LayerPart:
    """One dataset's share in a layer of a run: its contract and its place."""

    contract: Contract
    place: Place


def read_plan(lake: Lake, run_id: RunId) -> Plan:
    """A run's plan. Raises NotFoundError or RecordError."""
    found = find_plan(lake, run_id)
    if found is None:
        where = layout.uri(lake.buckets.control, layout.plan(run_id))
        raise NotFoundError(f"no run {run_id} was ever planned, there is no {where}; see: assay runs")
    return found


def find_plan(lake: Lake, run_id: RunId) -> Plan | None:
    """A run's plan, None when the run did not come that far."""
    return find_record(lake.store, Plan, lake.buckets.control, layout.plan(run_id))


def parts_of(lake: Lake, plan: Plan, layer: str) -> list[LayerPart]:
    """The datasets that a run writes in a layer: its own in silver, those built from it in gold."""
    if layer == SILVER:
        contract = lake.contracts.get(plan.dataset, plan.schema_version)
        return [LayerPart(contract, _place(lake.buckets.silver, contract))]
    if layer == GOLD:
        return [LayerPart(each, _place(lake.buckets.gold, each)) for each in lake.contracts.built_from(plan.dataset)]
    raise SummaryMissingError(f"run {plan.run_id}: there is no layer '{layer}', expected {SILVER} or {GOLD}")


def read_summary(lake: Lake, run_id: RunId, part: LayerPart) -> RunSummary:
    """The summary a run left. Raises SummaryMissingError, whether it is missing or unreadable."""
    key = part.place.summary(run_id)
    try:
        return read_record(lake.store, RunSummary, part.place.bucket, key)
    except (NotFoundError, RecordError) as error:
        raise SummaryMissingError(
            f"run {run_id} left no readable summary of {part.contract.dataset} at "
            f"{layout.uri(part.place.bucket, key)}: {error}"
        ) from error


def find_summary(lake: Lake, run_id: RunId, plan: Plan) -> RunSummary | None:
    """The silver summary of a run, None when there is none that can be read."""
    try:
        return read_summary(lake, run_id, parts_of(lake, plan, SILVER)[0])
    except SummaryMissingError:
        return None


def recovers(lake: Lake, run_id: RunId) -> bool:
    """Whether a run brings rows to silver that were open, because it took a source for the second time."""
    plan = find_plan(lake, run_id)
    summary = find_summary(lake, run_id, plan) if plan else None
    return summary is not None and summary.recovered > 0


def written_by(lake: Lake, part: LayerPart, summary: RunSummary) -> list[Written]:
    """Everything a run wrote for one dataset, in the order in which it is promoted."""
    contract = part.contract
    rows = Written(
        contract.dataset,
        contract.layer,
        part.place,
        _promised(lake, contract),
        contract.partition_columns,
        summary.columns,
        summary.partitions,
        summary.counts.valid + summary.carried,
        tuple(_older(lake, part, version, found) for version, found in summary.older_columns.items()),
    )
    held = Written(
        f"{contract.dataset} quarantine",
        QUARANTINE,
        layout.quarantine_place(lake.buckets.quarantine, contract.dataset),
        _types(lake.contracts.quarantine.columns),
        lake.contracts.quarantine.partition_columns,
        summary.quarantine_columns,
        summary.quarantine,
        sum(summary.states.values()),
    )
    return [rows, held]


def _older(lake: Lake, part: LayerPart, version: str, found: dict[str, str]) -> Shape:
    contract = lake.contracts.get(part.contract.dataset, version)
    return Shape(_place(part.place.bucket, contract), _promised(lake, contract), found)


def _promised(lake: Lake, contract: Contract) -> dict[str, str]:
    return _types((*contract.columns, *(lake.contracts.lineage if contract.layer == SILVER else ())))


def _place(bucket: str, contract: Contract) -> Place:
    return layout.table_place(bucket, contract.dataset, contract.schema_version)


def _types(columns: tuple[Column, ...]) -> dict[str, str]:
    return {column.name: column.type for column in columns}
