"""ReadRunSummary: put a run's summaries before the gate."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date

from lake.errors import SummaryMissingError
from lake.rules import layout
from lake.rules.contract import Contract
from lake.rules.gate import gold_reasons, identity_reasons, silver_reasons
from lake.rules.gate_files import Written, file_reasons
from lake.rules.gate_migration import migration_reasons
from lake.rules.gate_replacement import replacement_reasons
from lake.rules.journal import SILVER
from lake.rules.layout import Place
from lake.rules.plan import Plan
from lake.rules.reasons import shortened
from lake.rules.run import RunId, RunKind
from lake.rules.summary import REPLACE, RunSummary
from lake.steps.current import read_pointer, read_snapshot
from lake.steps.lake import Lake
from lake.steps.summaries import LayerPart, parts_of, read_plan, read_summary, written_by

PROMOTE = "promote"
REFUSE = "refuse"


@dataclass(frozen=True)
class GateAnswer:
    """The gate's decision about one layer of a run, and the counts it judged, by dataset."""

    decision: str
    reasons: tuple[str, ...]
    counts: dict[str, dict[str, int]] = field(default_factory=dict)


def read_run_summary(lake: Lake, run_id: RunId, layer: str) -> GateAnswer:
    """Judge what a run wrote in a layer. A missing or unreadable summary is a reason to refuse, not an error."""
    plan = read_plan(lake, run_id)
    reasons: list[str] = []
    counts: dict[str, dict[str, int]] = {}
    for part in parts_of(lake, plan, layer):
        try:
            summary = read_summary(lake, run_id, part)
        except SummaryMissingError as error:
            reasons.append(str(error))
            continue
        counts[part.contract.dataset] = asdict(summary.counts)
        reasons += _reasons(lake, plan, layer, part, summary)
    return GateAnswer(REFUSE if reasons else PROMOTE, shortened(reasons), counts)


def _reasons(lake: Lake, plan: Plan, layer: str, part: LayerPart, summary: RunSummary) -> Iterator[str]:
    contract, today = part.contract, date.fromisoformat(lake.clock.now()[:10])
    if layer == SILVER and plan.kind == RunKind.MIGRATE:
        yield from identity_reasons(summary, plan, contract)
        yield from migration_reasons(summary, plan, _rows_before(lake, part.place, plan))
        yield from replacement_reasons(summary, plan, 0)
    elif layer == SILVER:
        yield from silver_reasons(summary, plan, contract)
        yield from replacement_reasons(summary, plan, _waited(lake, contract, summary))
    else:
        inputs = _current_inputs(lake, plan, summary)
        yield from (f"{contract.dataset}: {each}" for each in gold_reasons(summary, plan, contract, inputs))
    for written in written_by(lake, part, summary):
        run_id = RunId(plan.run_id)
        yield from file_reasons(written, contract, run_id, _sizes(lake, written, run_id), today)


def _rows_before(lake: Lake, place: Place, plan: Plan) -> int:
    """Rows of the states that a plan is to replace."""
    based = [(each.partition, each.base.snapshot_id) for each in plan.partitions if each.base]
    return sum(read_snapshot(lake.store, place, *each).rows for each in based)


def _waited(lake: Lake, contract: Contract, summary: RunSummary) -> int:
    """Rows that waited in the states of quarantine that a run is to replace."""
    place = layout.quarantine_place(lake.buckets.quarantine, contract.dataset)
    if summary.mode != REPLACE:
        return 0
    based = [(part.partition, part.base.snapshot_id) for part in summary.quarantine if part.base]
    return sum(read_snapshot(lake.store, place, *each).rows for each in based)


def _current_inputs(lake: Lake, plan: Plan, summary: RunSummary) -> dict[str, str | None]:
    """What is current for every input a gold run names: `<dataset>/<partition>`, in silver or in gold."""
    places = {part.contract.dataset: part.place for layer in ("silver", "gold") for part in parts_of(lake, plan, layer)}
    found: dict[str, str | None] = {}
    for name in summary.inputs:
        dataset, _, partition = name.partition("/")
        pointer = read_pointer(lake.store, places[dataset], partition) if dataset in places else None
        found[name] = pointer.snapshot_id if pointer else None
    return found


def _sizes(lake: Lake, written: Written, run_id: RunId) -> dict[str, int]:
    """Bytes of everything below the run's folders: one request for a thousand files, where HEAD takes one for each."""
    places = [each.place for each in written.shapes] if written.partitions else []
    return {
        layout.uri(place.bucket, each.key): each.size
        for place in places
        for each in lake.store.list(place.bucket, f"{place.run(run_id)}/")
    }
