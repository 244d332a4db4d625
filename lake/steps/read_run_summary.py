"""ReadRunSummary: put a run's summaries before the gate."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date

from lake.errors import SummaryMissingError
from lake.rules import layout
from lake.rules.gate import gold_reasons
from lake.rules.gate_files import Written, file_reasons
from lake.rules.journal import SILVER
from lake.rules.plan import Plan
from lake.rules.reasons import shortened
from lake.rules.run import RunId, RunKind
from lake.rules.summary import RunSummary
from lake.steps.current import read_pointer
from lake.steps.judge_silver import judge_rollback, judge_silver, sizes_of
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
    if layer == SILVER and plan.kind == RunKind.ROLLBACK:
        yield from judge_rollback(lake, plan, summary, contract)
        return
    if layer == SILVER:
        yield from judge_silver(lake, plan, summary, contract)
    else:
        inputs = _current_inputs(lake, plan, summary)
        yield from (f"{contract.dataset}: {each}" for each in gold_reasons(summary, plan, contract, inputs))
    writer = RunId(plan.writer if layer == SILVER else plan.run_id)
    for written in written_by(lake, part, summary):
        sizes = _sizes(lake, written, writer)
        yield from file_reasons(written, contract, writer, sizes, today)


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
    """Bytes of everything below the run's folders."""
    places = [each.place for each in written.shapes] if written.partitions else []
    return sizes_of(lake, {layout.uri(each.bucket, each.run(run_id)) for each in places})
