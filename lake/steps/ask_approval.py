"""AskToStart, AskToPromote: keep the token of a run that waits, and mail people what to look at."""

from dataclasses import dataclass, replace

from lake.errors import BackfillCancelledError
from lake.rules import layout
from lake.rules.approval import ASKED, Approval
from lake.rules.backfill import CANCELLED
from lake.rules.backfill_events import approval_needed
from lake.rules.run import RunId
from lake.steps.backfills import DETAIL, read_backfill
from lake.steps.lake import Lake
from lake.steps.ports import Events
from lake.steps.records import put_record


@dataclass(frozen=True)
class Question:
    """What the state machine asks: may this run begin, may it promote? `token` answers for the state that waits."""

    run_id: str
    dataset: str
    subject: str
    token: str
    details: dict[str, str]
    hours: float


@dataclass(frozen=True)
class Asked:
    """Where the question lies. The token is in that record and nowhere else."""

    approval: str


def ask_approval(lake: Lake, events: Events, question: Question) -> Asked:
    """Write the question down, then mail it. Raises BackfillCancelledError when nobody wants it any more."""
    key = layout.approval(RunId(question.run_id), question.subject)
    put_record(lake.store, Approval, lake.buckets.control, key, lambda found: _asked(lake, question, found))
    # after the question is written: a cancellation either finds it there, or is found here
    backfill = read_backfill(lake, question.dataset, question.details[DETAIL])
    if backfill.status == CANCELLED:
        last = backfill.history[-1]
        raise BackfillCancelledError(f"cancelled by {last.by}: {last.reason}")
    events.tell(approval_needed(lake.environment, backfill, question.subject, question.hours))
    return Asked(layout.uri(lake.buckets.control, key))


def _asked(lake: Lake, question: Question, found: Approval | None) -> Approval:
    if found is not None:
        # the state is tried again with a new token; an answer that was given stays
        return replace(found, token=question.token)
    return Approval(
        approval_version=1,
        run_id=question.run_id,
        dataset=question.dataset,
        backfill_id=question.details[DETAIL],
        subject=question.subject,
        state=ASKED,
        token=question.token,
        asked_at=lake.clock.now(),
    )
