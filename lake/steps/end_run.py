"""What every end of a run has in common: claims, ledger line, metrics."""

from collections.abc import Sequence
from datetime import datetime

from lake.errors import InvalidRequestError, LakeError
from lake.rules import layout
from lake.rules.bronze import parse_key
from lake.rules.json_record import to_json
from lake.rules.ledger import LedgerEntry, RunEnd, ledger_entry, takes_place_of
from lake.rules.plan import Plan
from lake.rules.run import RunId
from lake.rules.run_numbers import run_numbers
from lake.rules.timings import Timings, timings
from lake.rules.visit import Visit
from lake.steps.claims import settle_claim
from lake.steps.lake import Lake
from lake.steps.ports import Executions, Metrics
from lake.steps.promote_run import find_journal
from lake.steps.records import find_record, put_record
from lake.steps.summaries import find_summary


def settle_source(lake: Lake, plan: Plan, key: str, source_id: str, state: str, reason: str | None = None) -> None:
    """Move the claim on one of a plan's sources on."""
    parsed = parse_key(key)
    if parsed is not None:
        claim = layout.claim(plan.dataset, parsed.ingest_date, source_id)
        settle_claim(lake, claim, plan.run_id, state, reason)


def find_visits(executions: Executions, execution_arn: str) -> Sequence[Visit]:
    """The states of a run; none where they cannot be read: they tell a story, no end of a run may hang on them."""
    try:
        return executions.visits(execution_arn)
    except LakeError:
        return ()


def write_ledger(
    lake: Lake, metrics: Metrics, end: RunEnd, plan: Plan | None, visits: Sequence[Visit] = ()
) -> LedgerEntry:
    """Write the run's line, then its metrics and how long its states took; the line that stands.

    Who dies in between does the rest with its next try: a metric may come twice, but none is missed.
    """
    run_id = RunId(end.run_id)
    wanted = _entry(lake, run_id, end, plan)
    written: list[LedgerEntry] = []

    def change(found: LedgerEntry | None) -> LedgerEntry | None:
        written[:] = [wanted] if takes_place_of(wanted, found) else []
        return wanted if written else None

    key = layout.ledger_entry(end.dataset, run_id)
    standing = put_record(lake.store, LedgerEntry, lake.buckets.control, key, change, one_line=True) or wanted
    if written or find_record(lake.store, Timings, lake.buckets.control, layout.timings(run_id)) is None:
        states = timings(end.run_id, visits, datetime.fromisoformat(standing.finished_at))
        _count(metrics, end.dataset, standing, states)
        lake.store.write(lake.buckets.control, layout.timings(run_id), to_json(states))
    return standing


def _entry(lake: Lake, run_id: RunId, end: RunEnd, plan: Plan | None) -> LedgerEntry:
    journal = find_journal(lake, run_id)
    layers = journal.layers.values() if journal else ()
    return ledger_entry(
        end,
        plan,
        find_summary(lake, run_id, plan) if plan else None,
        [entry.partition for layer in layers for entry in layer.done],
        build_id=lake.build_id,
        contract_version=_contract_version(lake, end, plan),
        started_at=run_id.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        finished_at=lake.clock.now(),
    )


def _contract_version(lake: Lake, end: RunEnd, plan: Plan | None) -> str:
    if plan is not None:
        return lake.contracts.get(plan.dataset, plan.schema_version).version
    try:
        return lake.contracts.newest(end.dataset).version
    except InvalidRequestError:
        # a run of an unknown dataset fails, and that end is written down like any other
        return ""


def _count(metrics: Metrics, dataset: str, entry: LedgerEntry, states: Timings) -> None:
    metrics.count(dataset, entry.run_id, run_numbers(entry, states))
    for each in states.states:
        if each.tries:
            metrics.count(dataset, entry.run_id, {"StateSeconds": each.seconds}, state=each.state)
