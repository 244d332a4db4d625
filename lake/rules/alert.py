"""The mails to the platform team: what happened, what it means for the data, what to do next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lake.rules.contract import Contract
from lake.rules.failure import Failure
from lake.rules.journal import GOLD, SILVER, Journal
from lake.rules.ledger import RunEnd
from lake.rules.life_cycle import ARCHIVED, CLOSED, DEPRECATED
from lake.rules.plan import Plan

MOST_LINES = 20
_STEPS = {
    DEPRECATED: "nothing changes yet. Files are still taken and every row stays where it is.",
    CLOSED: "files with its header are refused from now on. Its rows stay, in its table and in the view.",
    ARCHIVED: "it has left the view. Its table and all that was ever promoted stay.",
}


@dataclass(frozen=True)
class Alert:
    """One mail."""

    subject: str
    body: str


def refusal_alert(
    environment: str,
    end: RunEnd,
    plan: Plan | None,
    journal: Journal | None,
    errors: Mapping[str, int] | None = None,
) -> Alert:
    """A run the gate or every source's contract refused. `errors`: rows of the run with each error code."""
    gate = plan is not None and (plan.input_records > 0 or bool(plan.partitions))
    data = data_sentence(journal) if gate else "Nothing of these files was read into the lake; they stay in bronze."
    step = (
        "Look at the reasons and the quarantined rows, correct the source and deliver it again; if the contract is "
        "wrong, correct the contract. docs/runbooks/refused-run.md"
        if gate
        else "Correct the files and deliver them again under a new name. docs/runbooks/refused-run.md"
    )
    subject = f"Assay {environment}: run of {end.dataset} refused"
    told = sorted((errors or {}).items(), key=lambda each: (-each[1], each[0]))
    reasons = [
        *end.reasons,
        *([f"rows with errors: {', '.join(f'{code} {rows}' for code, rows in told)}"] if told else []),
    ]
    return Alert(subject, _body(end.run_id, end.execution_arn, "Refused because", reasons, data, step))


def refused_sources_alert(environment: str, end: RunEnd, plan: Plan) -> Alert:
    """A run that went on without the sources its contract refuses."""
    reasons = [f"{each.key}: {each.code}: {each.message}" for each in plan.refused_sources]
    data = "Everything else of the run was ingested; nothing of these files was."
    step = "Correct the files and deliver them again under a new name. docs/runbooks/refused-run.md"
    subject = f"Assay {environment}: {len(reasons)} file(s) of {end.dataset} refused"
    return Alert(subject, _body(end.run_id, end.execution_arn, "Refused because", reasons, data, step))


def override_alert(environment: str, end: RunEnd, plan: Plan) -> Alert:
    """A run that a person let through above the thresholds of its contract."""
    reasons = plan.notes or ("nothing: the gate had no objection",)
    by, why = plan.details.get("requested_by", "somebody"), plan.details.get("reason", "")
    data = f"Run {plan.writer} is promoted by {by}, who says: {why}"
    step = "Nothing, if you know of it. To undo it: assay rollback --run of the run above. docs/runbooks/rollback.md"
    subject = f"Assay {environment}: run of {end.dataset} promoted by override"
    return Alert(subject, _body(end.run_id, end.execution_arn, "Set aside was", reasons, data, step))


def failure_alert(environment: str, failure: Failure, context_uri: str) -> Alert:
    """A run that failed."""
    first = [f"{failure.state}: {failure.error}: {failure.message}", *(failure.job.log_tail if failure.job else ())]
    body = _body(failure.run_id, failure.execution_arn, "First error", first, failure.data, failure.next_step)
    subject = f"Assay {environment}: run of {failure.dataset} failed in {failure.state}"
    return Alert(subject, f"{body}Context: {context_uri}\n")


def lost_object_alert(environment: str, reason: str) -> Alert:
    """An object in bronze that no run will ever take."""
    body = (
        f"An object arrived in bronze, and no run will ever take it:\n\n- {reason}\n\n"
        "Data: the object stays in bronze as it is, nothing of it is in the lake.\n"
        "Next step: deliver it again as <dataset>/ingest_date=YYYY-MM-DD/<name>.csv (or .csv.gz).\n"
    )
    return Alert(f"Assay {environment}: an object in bronze belongs to no dataset", body)


def life_cycle_alert(environment: str, contract: Contract, newest: Contract, owners: Iterable[str]) -> Alert:
    """A schema version that went a step further in its life; to the owners of its dataset."""
    name = f"{contract.dataset} {contract.schema_version}"
    body = (
        f"{name} is {contract.status} since {contract.since}: {contract.reason}\n\n"
        f"Owners: {', '.join(owners)}\n"
        f"Data: {_STEPS[contract.status]}\n"
        f"Next step: read and deliver {contract.dataset} {newest.schema_version}; the view {contract.dataset} has the "
        f"rows of both. docs/datasets/{contract.dataset}.md\n"
        f"More: assay contract status {contract.dataset}\n"
    )
    return Alert(f"Assay {environment}: {name} is {contract.status}", body)


def data_sentence(journal: Journal | None) -> str:
    """What readers see after a run that did not succeed."""
    silver = journal.layers.get(SILVER) if journal else None
    if journal is None or silver is None or not silver.done:
        return "Nothing was promoted: readers see what they saw before the run."
    if not silver.is_complete:
        return (
            f"{len(silver.done)} of {len(silver.done) + len(silver.pending)} partitions were promoted, each of them "
            "completely; no row can be counted twice, rows that are there already are duplicates for the next run."
        )
    gold = journal.layers.get(GOLD)
    if gold is None or not gold.is_complete:
        done = len(gold.done) if gold else 0
        return f"Silver is promoted completely; gold is not up to date ({done} of its partitions are)."
    return "Silver and gold are promoted completely; only the end of the run was not written down."


def _body(run_id: str, execution_arn: str, what: str, lines: Iterable[str], data: str, step: str) -> str:
    listed = list(lines)
    shown = [f"- {line}" for line in listed[:MOST_LINES]]
    more = [f"- and {len(listed) - MOST_LINES} more"] if len(listed) > MOST_LINES else []
    return "\n".join(
        [
            f"Run: {run_id}",
            f"Execution: {execution_arn}",
            "",
            f"{what}:",
            *shown,
            *more,
            "",
            f"Data: {data}",
            f"Next step: {step}",
            f"More: assay runs show {run_id}",
            "",
        ]
    )
