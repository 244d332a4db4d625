"""The run ledger: one line for each run, whatever its end (contract platform/run_summaries.yaml)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lake.rules.plan import Plan
from lake.rules.summary import RunSummary

SUCCEEDED = "succeeded"
NOTHING_TO_DO = "nothing_to_do"
REFUSED = "refused"
FAILED = "failed"
DENIED = "denied"
EXPIRED = "expired"
CANCELLED = "cancelled"


@dataclass(frozen=True)
class LedgerEntry:
    """`run_summaries/dataset=…/month=…/<run_id>.json`."""

    run_id: str
    kind: str
    outcome: str
    reasons: tuple[str, ...]
    execution_arn: str
    build_id: str
    contract_version: str
    started_at: str
    finished_at: str
    sources: int
    input_count: int
    valid_count: int
    quarantined_count: int
    condemned_count: int
    duplicate_count: int
    late_count: int
    partitions: tuple[str, ...]


@dataclass(frozen=True)
class RunEnd:
    """How a run ended, as the state machine tells it."""

    run_id: str
    dataset: str
    kind: str
    outcome: str
    execution_arn: str
    reasons: tuple[str, ...] = ()


def ledger_entry(  # noqa: PLR0913
    end: RunEnd,
    plan: Plan | None,
    summary: RunSummary | None,
    promoted: Iterable[str],
    *,
    build_id: str,
    contract_version: str,
    started_at: str,
    finished_at: str,
) -> LedgerEntry:
    """The line of a run from whatever it left; without a summary its rows count as none."""
    counts = summary.counts if summary else None
    return LedgerEntry(
        run_id=end.run_id,
        kind=end.kind,
        outcome=end.outcome,
        reasons=(*end.reasons, *_asked(plan)),
        execution_arn=end.execution_arn,
        build_id=build_id,
        contract_version=contract_version,
        started_at=plan.planned_at if plan else started_at,
        finished_at=finished_at,
        sources=len(plan.sources) if plan else 0,
        input_count=plan.input_records if plan else 0,
        valid_count=counts.valid if counts else 0,
        quarantined_count=counts.quarantined if counts else 0,
        condemned_count=counts.condemned if counts else 0,
        duplicate_count=counts.duplicate if counts else 0,
        late_count=sum(summary.late.values()) if summary else 0,
        partitions=tuple(promoted),
    )


def _asked(plan: Plan | None) -> Iterator[str]:
    """Who asked for the run and why, where a person did, and what an override set aside."""
    if plan is not None and plan.details.get("reason"):
        yield f"asked for by {plan.details.get('requested_by', 'somebody')}: {plan.details['reason']}"
        if plan.overrides_quality:
            yield from (f"in spite of: {each}" for each in plan.notes)


def takes_place_of(wanted: LedgerEntry, found: LedgerEntry | None) -> bool:
    """Whether a line may be written: an end that stands is never taken back, a failure may be made good."""
    return found is None or (found.outcome == FAILED and wanted.outcome != FAILED)
