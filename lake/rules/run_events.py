"""What people are told of runs, of objects that no run takes, and of schema versions."""

from collections.abc import Iterable, Mapping

from lake.rules.contract import Contract
from lake.rules.event import Event, EventKind
from lake.rules.failure import Failure
from lake.rules.journal import GOLD, SILVER, Journal
from lake.rules.ledger import RunEnd
from lake.rules.life_cycle import ARCHIVED, CLOSED, DEPRECATED
from lake.rules.plan import Plan

_STEPS = {
    DEPRECATED: "Nothing changes yet. Files are still taken and every row stays where it is.",
    CLOSED: "Files with its header are refused from now on. Its rows stay, in its table and in the view.",
    ARCHIVED: "It has left the view. Its table and all that was ever promoted stay.",
}


def refusal(
    environment: str,
    end: RunEnd,
    plan: Plan | None,
    journal: Journal | None,
    errors: Mapping[str, int] | None = None,
) -> Event:
    """A run the gate or every source's contract refused. `errors`: rows of the run with each error code."""
    gate = plan is not None and (plan.input_records > 0 or bool(plan.partitions))
    told = sorted((errors or {}).items(), key=lambda each: (-each[1], each[0]))
    rows = (f"rows with errors: {', '.join(f'{code} {count}' for code, count in told)}",) if told else ()
    again = f"then assay runs again {end.run_id} --env {environment}" if gate else "then deliver them again"
    return Event(
        EventKind.RUN_REFUSED,
        environment,
        reason=_first(end.reasons),
        dataset=end.dataset,
        run_id=end.run_id,
        execution_arn=end.execution_arn,
        lines=(*end.reasons, *rows),
        data=data_sentence(journal)
        if gate
        else "No. Nothing of these files was read into the lake; they stay in bronze.",
        next_step=f"look at the reasons, have the {'source or the contract' if gate else 'files'} corrected, {again}",
    )


def refused_sources(environment: str, end: RunEnd, plan: Plan) -> Event:
    """A run that went on without the sources its contract refuses."""
    reasons = tuple(f"{each.key}: {each.code}: {each.message}" for each in plan.refused_sources)
    return Event(
        EventKind.FILES_REFUSED,
        environment,
        reason=f"{len(reasons)} file(s), the first is {_first(reasons)}",
        dataset=end.dataset,
        run_id=end.run_id,
        execution_arn=end.execution_arn,
        lines=reasons,
        next_step="have the files corrected and delivered again under a new name",
    )


def override(environment: str, end: RunEnd, plan: Plan) -> Event:
    """A run that a person let through above the thresholds of its contract."""
    by, why = plan.details.get("requested_by", "somebody"), plan.details.get("reason", "")
    return Event(
        EventKind.GATE_OVERRIDDEN,
        environment,
        reason=f"{by} says: {why}",
        dataset=end.dataset,
        run_id=end.run_id,
        execution_arn=end.execution_arn,
        lines=(f"promoted is run {plan.writer}", *(f"set aside was: {each}" for each in plan.notes)),
    )


def failure(kind: EventKind, environment: str, found: Failure, context_uri: str) -> Event:
    """A run that failed, was aborted or took too long; all a person begins with."""
    return Event(
        kind,
        environment,
        reason=found.message,
        dataset=found.dataset,
        partitions=found.pending,
        run_id=found.run_id,
        state=found.state,
        error=found.error,
        since=found.failed_at,
        execution_arn=found.execution_arn,
        build_id=found.build_id,
        lines=(
            f"{found.error} after {found.attempts} attempt(s)" if found.attempts else found.error,
            *(f"source {each}" for each in found.inputs),
            *(found.job.log_tail if found.job else ()),
        ),
        data=found.data,
        next_step=found.next_step,
        context_uri=context_uri,
    )


def ignored_object(environment: str, reason: str) -> Event:
    """An object in bronze that no run will ever take."""
    return Event(EventKind.OBJECT_IGNORED, environment, reason=reason)


def life_cycle(environment: str, contract: Contract, newest: Contract, owners: Iterable[str]) -> Event:
    """A schema version that went a step further in its life; to the owners of its dataset."""
    return Event(
        EventKind.VERSION_MOVED,
        environment,
        reason=f"{contract.schema_version} is {contract.status}: {contract.reason}",
        dataset=contract.dataset,
        since=contract.since or "",
        lines=(
            f"owners: {', '.join(owners)}",
            f"{_STEPS[contract.status]}",
            f"the view {contract.dataset} has the rows of all versions, see docs/datasets/{contract.dataset}.md",
        ),
        next_step=(
            f"read and deliver {contract.dataset} {newest.schema_version}; "
            f"what is in the way tells: assay contract status {contract.dataset}"
        ),
    )


def data_sentence(journal: Journal | None) -> str:
    """What readers see after a run that did not succeed: an answer to «is data at risk?»."""
    silver = journal.layers.get(SILVER) if journal else None
    if journal is None or silver is None or not silver.done:
        return "No. Nothing was promoted: readers see what they saw before the run."
    if not silver.is_complete:
        return (
            f"No. {len(silver.done)} of {len(silver.done) + len(silver.pending)} partitions were promoted, each "
            "completely; no row can be counted twice, rows that are there already are duplicates for the next run."
        )
    gold = journal.layers.get(GOLD)
    if gold is None or not gold.is_complete:
        done = len(gold.done) if gold else 0
        return f"No. Silver is promoted completely; gold is not up to date ({done} of its partitions are)."
    return "No. Silver and gold are promoted completely; only the end of the run was not written down."


def _first(reasons: Iterable[str]) -> str:
    return next(iter(reasons), "")
