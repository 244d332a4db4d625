"""PromoteRun: promote every partition of one layer of a run, journalled, so that it can be taken up again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from lake.errors import GateRefusedError, JournalConflictError
from lake.rules import layout
from lake.rules.journal import GOLD, SILVER, Journal, Promoted
from lake.rules.layout import Place
from lake.rules.plan import Plan
from lake.rules.run import RunId, RunKind
from lake.rules.summary import APPEND, REPLACE, PartitionFiles, RunSummary
from lake.steps.backfills import backfill_of
from lake.steps.lake import Lake
from lake.steps.places import QUARANTINE
from lake.steps.promote_partition import promote_partition
from lake.steps.read_run_summary import PROMOTE, read_run_summary
from lake.steps.records import find_record, put_record
from lake.steps.summaries import parts_of, read_plan, read_summary, written_by


@dataclass(frozen=True)
class PromotionAnswer:
    """The partitions of the layer that now show the run."""

    promoted: int
    partitions: tuple[str, ...]


@dataclass(frozen=True)
class _Unit:
    """One partition to promote, and whose it is."""

    name: str
    place: Place
    layer: str
    summary: RunSummary
    part: PartitionFiles


def promote_run(lake: Lake, run_id: RunId, layer: str) -> PromotionAnswer:
    """Promote a layer of a run that passed the gate; goes on where an earlier try stopped.

    Raises GateRefusedError when the gate does not let it through, whoever asked.
    """
    plan = read_plan(lake, run_id)
    journal = find_journal(lake, run_id)
    if journal is None or layer not in journal.layers:
        _ask_gate(lake, run_id, layer, journal)
    units = {unit.name: unit for unit in _units(lake, plan, layer)}
    journal = _note(lake, run_id, partial(Journal.begun, layer=layer, partitions=tuple(units)))
    for name in journal.layers[layer].pending:
        entry = _promote(lake, run_id, name, units.get(name))
        journal = _note(lake, run_id, partial(Journal.noted, layer=layer, entry=entry))
    done = tuple(entry.partition for entry in journal.layers[layer].done)
    return PromotionAnswer(len(done), done)


def find_journal(lake: Lake, run_id: RunId) -> Journal | None:
    """A run's journal, None before its first promotion."""
    return find_record(lake.store, Journal, lake.buckets.control, layout.journal(run_id))


def _promote(lake: Lake, run_id: RunId, name: str, unit: _Unit | None) -> Promoted:
    if unit is None:
        raise JournalConflictError(
            f"run {run_id}: its journal waits for {name}, which its summary does not list (any more); the summary was "
            "rewritten after the promotion had begun; start a new run"
        )
    return Promoted(name, promote_partition(lake, unit.place, unit.layer, unit.summary, unit.part))


def _ask_gate(lake: Lake, run_id: RunId, layer: str, journal: Journal | None) -> None:
    if layer == GOLD and not (journal and journal.is_complete(SILVER)):
        raise GateRefusedError(f"run {run_id}: silver is not promoted completely, so gold built from it may not be")
    answer = read_run_summary(lake, run_id, layer)
    if answer.decision != PROMOTE:
        raise GateRefusedError(f"run {run_id} may not be promoted to {layer}: {'; '.join(answer.reasons)}")


def _units(lake: Lake, plan: Plan, layer: str) -> Iterator[_Unit]:
    run_id = RunId(plan.run_id)
    for share in parts_of(lake, plan, layer):
        summary = _sanctioned(lake, plan, read_summary(lake, run_id, share))
        for written in written_by(lake, share, summary):
            for part in sorted(written.partitions, key=lambda each: each.partition):
                # a replacement without files empties its partition, an addition without files is none
                mine = _for_layer(summary, written.layer)
                if part.files or mine.mode != APPEND:
                    name = f"{written.place.prefix}/{part.partition}"
                    yield _Unit(name, written.place, written.layer, mine, part)


def _for_layer(summary: RunSummary, layer: str) -> RunSummary:
    """Entries of quarantine are added to those before them, also by a run that replaces silver; erasing replaces."""
    if layer != QUARANTINE or summary.mode not in {APPEND, REPLACE}:
        return summary
    return replace(summary, mode=REPLACE if summary.kind == RunKind.ERASE else APPEND)


def _sanctioned(lake: Lake, plan: Plan, summary: RunSummary) -> RunSummary:
    """With who let it through and why, for the snapshots."""
    backfill = backfill_of(lake, plan)
    if backfill is None:
        return summary
    return replace(summary, approved_by=backfill.approved_by, reason=f"{backfill.backfill_id}: {backfill.reason}")


def _note(lake: Lake, run_id: RunId, change: Callable[[Journal], Journal]) -> Journal:
    def changed(found: Journal | None) -> Journal:
        return change(found or Journal(1, str(run_id)))

    noted = put_record(lake.store, Journal, lake.buckets.control, layout.journal(run_id), changed)
    return noted or Journal(1, str(run_id))
