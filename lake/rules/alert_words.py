"""What a mail says about each kind of event: its first line, whether data is at risk, its last line, its runbook.

`{field}` stands for a field of the event.
"""

from dataclasses import dataclass

from lake.rules.event import EventKind

UNTOUCHED = "No. Nothing was promoted: readers see what they saw before."
KEPT = "No. What arrived stays in bronze, and readers see complete partitions only."
_SHOW = "see how far it came: assay runs show {run_id} --env {environment}"
_REASONS = "see the reasons: assay runs show {run_id} --env {environment}"


@dataclass(frozen=True)
class Words:
    """The words of one kind."""

    headline: str
    data: str
    next_step: str
    runbook: str


WORDS = {
    EventKind.RUN_FAILED: Words("Run of {dataset} failed in {state}: {reason}", KEPT, _SHOW, "failed-run.md"),
    EventKind.RUN_TIMED_OUT: Words("Run of {dataset} timed out in {state}: {reason}", KEPT, _SHOW, "failed-run.md"),
    EventKind.RUN_ABORTED: Words("Run of {dataset} was aborted in {state}: {reason}", KEPT, _SHOW, "failed-run.md"),
    EventKind.RUN_REFUSED: Words("Run of {dataset} was refused: {reason}", UNTOUCHED, _REASONS, "refused-run.md"),
    EventKind.FILES_REFUSED: Words(
        "Files of {dataset} were refused: {reason}",
        "No. The rest of the run was ingested; these files stay in bronze.",
        _REASONS,
        "refused-run.md",
    ),
    EventKind.GATE_OVERRIDDEN: Words(
        "A run of {dataset} was promoted by override: {reason}",
        "Only if the override was wrong: readers see rows that the gate held back. The state before is kept.",
        "nothing if you know of it, else: assay rollback --run {run_id} --env {environment}",
        "rollback.md",
    ),
    EventKind.OBJECT_IGNORED: Words(
        "An object arrived in bronze that no run will ever take: {reason}",
        "No. It stays in bronze as it is; nothing of it is in the lake.",
        "deliver it again as <dataset>/ingest_date=YYYY-MM-DD/<name>.csv, for instance with: assay ingest FILE",
        "on-call.md",
    ),
    EventKind.LATE_DATA: Words(
        "Late data of {dataset}: {reason}", UNTOUCHED, "assay backfill list --env {environment}", "backfill.md"
    ),
    EventKind.APPROVAL_NEEDED: Words(
        "Approval needed for {dataset}: {reason}",
        UNTOUCHED,
        "assay backfill list --env {environment}",
        "backfill.md",
    ),
    EventKind.NOT_APPROVED: Words(
        "Not approved for {dataset}: {reason}",
        "No. Nothing was promoted; its partitions and sources are free.",
        "assay backfill list --env {environment}",
        "backfill.md",
    ),
    EventKind.VERSION_MOVED: Words(
        "A schema version of {dataset} went a step on: {reason}",
        "No. Every row stays where it is.",
        "assay contract status {dataset}",
        "schema-change.md",
    ),
    EventKind.QUARANTINE_WAITS: Words(
        "Rows wait in quarantine: {reason}",
        "No. Rows that wait are kept with every error; readers see the valid ones.",
        "assay quarantine summary --env {environment}",
        "quarantine.md",
    ),
    EventKind.FRESHNESS_MISSED: Words(
        "{dataset} is not fresh: {reason}",
        "No. What readers see is right, it is only old; nothing that arrived is lost.",
        "see whether runs begin and how they end: assay runs --env {environment}",
        "freshness.md",
    ),
    EventKind.DRIFT_FOUND: Words(
        "The stack {environment} is not as its last deployment left it: {reason}",
        "Not by the pipeline: its roles can delete nothing. Somebody changed the stack by hand; see what first.",
        "see what was changed: assay drift --env {environment}",
        "drift.md",
    ),
    EventKind.DEPLOYMENT_REVERTED: Words(
        "A deployment to {environment} was reverted: {reason}",
        "No. Build {previous} works again; a deployment touches no data.",
        "nothing tonight; tomorrow correct the build, then: assay deploy --env {environment}",
        "revert.md",
    ),
    EventKind.DEPLOYMENT_FAILED: Words(
        "A deployment to {environment} failed: {reason}",
        "No. A deployment touches no data, and no run is promoted without the gate.",
        "assay deploy status --env {environment}",
        "deploy.md",
    ),
    EventKind.ALARM_RANG: Words(
        "Alarm {state}: {reason}",
        "No. An alarm watches numbers; nothing is promoted without the gate and nothing is deleted.",
        "see whether runs begin and how they end: assay runs --env {environment}",
        "on-call.md",
    ),
    EventKind.FUNCTION_FAILED: Words(
        "The function {state} gave up on an event: {reason}",
        KEPT,
        "correct the cause, the next schedule or delivery does it again; see it with: assay runs --env {environment}",
        "on-call.md",
    ),
}
