"""The gate, first half: a run's counts against its plan and its contract. Every rule that refuses says why."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from lake.rules.checks import KEY_CONFLICT
from lake.rules.contract import Contract
from lake.rules.plan import Plan
from lake.rules.run import RunKind
from lake.rules.summary import APPEND, RunSummary


def silver_reasons(summary: RunSummary, plan: Plan, contract: Contract) -> Iterator[str]:
    """What is wrong with the counts of a silver run; nothing when it may be promoted."""
    yield from identity_reasons(summary, plan, contract)
    yield from conservation_reasons(summary, plan)
    judged = plan.input_records - summary.counts.outside
    if judged and not summary.counts.valid + summary.counts.duplicate:
        yield f"not one of {judged} records is valid"
    if not plan.overrides_quality:
        yield from quality_reasons(summary, plan, contract)
    late = late_reason(summary, contract) if plan.mode == APPEND else None
    if late:
        yield late


def late_reason(summary: RunSummary, contract: Contract) -> str | None:
    """Why the contract's late policy does not let the rows of closed months in; None when it does."""
    if contract.late_policy == "append" or not summary.late:
        return None
    return f"{sum(summary.late.values())} rows for closed months ({', '.join(sorted(summary.late))})"


def gold_reasons(
    summary: RunSummary, plan: Plan, contract: Contract, current_inputs: Mapping[str, str | None]
) -> Iterator[str]:
    """What is wrong with a gold run's totals and inputs. `current_inputs`: what is current now, for each input."""
    yield from _same("run", summary.run_id, plan.run_id)
    yield from _same("dataset", summary.dataset, contract.dataset)
    yield from _same("contract", summary.contract_sha256, contract.fingerprint)
    yield from _control_totals(summary)
    for name, snapshot_id in summary.inputs.items():
        now = current_inputs.get(name)
        if now != snapshot_id:
            yield f"built from {name} at snapshot {snapshot_id}, but current is {now or 'nothing'}; run it again"


def identity_reasons(summary: RunSummary, plan: Plan, contract: Contract) -> Iterator[str]:
    """Whether a summary belongs to its plan, and both to the contract of today."""
    yield from _same("run", summary.run_id, plan.run_id)
    yield from _same("dataset", summary.dataset, plan.dataset)
    yield from _same("schema version", summary.schema_version, plan.schema_version)
    yield from _same("contract", summary.contract_sha256, plan.contract_sha256)
    yield from _same("contract", contract.fingerprint, plan.contract_sha256)
    # compaction leaves every row in the version it is of, whichever these are
    unplanned = summary.older_columns.keys() - set(plan.versions) if plan.kind != RunKind.COMPACT else ()
    for version in sorted(unplanned):
        yield f"the run wrote schema version {version}, the plan names no source of it"
    planned = {source.source_id for source in plan.sources}
    if {source.source_id for source in summary.sources} != planned:
        yield f"the run read {len(summary.sources)} sources, the plan names {len(planned)} or others"


def _same(what: str, found: str, expected: str) -> Iterator[str]:
    if found != expected:
        yield f"the summary belongs to {what} {found}, expected {expected}"


def conservation_reasons(summary: RunSummary, plan: Plan) -> Iterator[str]:
    """Whether every record has an end (P1)."""
    counts, expected = summary.counts, plan.input_records
    if min(counts.valid, counts.quarantined, counts.condemned, counts.duplicate, counts.outside, counts.erased) < 0:
        yield "a count is negative"
    if counts.accounted != expected:
        yield (
            f"rows are not conserved: {expected} records counted in the sources, {counts.accounted} accounted for "
            f"({counts.valid} valid + {counts.quarantined} quarantined + {counts.condemned} condemned + "
            f"{counts.duplicate} duplicate{f' + {counts.outside} outside' if counts.outside else ''}"
            f"{f' + {counts.erased} erased' if counts.erased else ''})"
        )


def quality_reasons(summary: RunSummary, plan: Plan, contract: Contract) -> Iterator[str]:
    """Which thresholds of the contract a run is above. Only these may be overridden by a person."""
    counts, limits = summary.counts, contract.thresholds
    records = plan.input_records - counts.outside
    if counts.quarantined and counts.quarantined >= part_of(limits.max_quarantine_rate, records):
        yield (
            f"{counts.quarantined} of {records} records quarantined ({share_of(counts.quarantined, records)}), "
            f"allowed is less than {limits.max_quarantine_rate:.2%}"
        )
    if counts.condemned >= limits.max_condemned:
        yield f"{counts.condemned} records condemned, allowed are fewer than {limits.max_condemned}"
    for code, count in sorted(summary.errors.items()):
        if count > limits.breaker_rows and count > part_of(limits.breaker_rate, records):
            yield (
                f"circuit breaker: {code} on {count} of {records} records ({share_of(count, records)}), allowed are at "
                f"most {limits.breaker_rows} rows or {limits.breaker_rate:.2%}"
            )
    if limits.critical_key_conflicts and summary.errors.get(KEY_CONFLICT):
        yield f"{summary.errors[KEY_CONFLICT]} key conflicts, which the contract calls critical"


def part_of(rate: float, records: int) -> Decimal:
    """So many of these records."""
    # exact: 0.07 * 100 is more than 7 in binary
    return Decimal(str(rate)) * records


def share_of(count: int, records: int) -> str:
    """The share of records in percent."""
    return f"{count / records:.2%}" if records else "of none"


def _control_totals(summary: RunSummary) -> Iterator[str]:
    totals = {total.partition: total for total in summary.control_totals}
    for part in summary.partitions:
        if part.partition not in totals:
            yield f"partition {part.partition} has no control total"
    for total in summary.control_totals:
        if total.rows != total.expected_rows:
            yield f"{total.partition}: {total.rows} transactions in gold, {total.expected_rows} in silver"
        if total.amount != total.expected_amount:
            yield f"{total.partition}: the amounts sum to {total.amount} in gold, {total.expected_amount} in silver"
