"""`assay backfill cancel`: give a backfill up, as long as its promotion has not begun."""

from lake.errors import InvalidRequestError
from lake.rules.approval import ASKED
from lake.rules.approval import CANCELLED as ANSWER
from lake.rules.backfill import CANCELLED, FAILED, PROMOTING, Backfill, Change, moved
from lake.steps.answer_approval import questions_of, tell_run, write_answer
from lake.steps.backfills import change_backfill, free_partitions
from lake.steps.lake import Lake
from lake.steps.ports import TaskTokens


def cancel_backfill(
    lake: Lake, tokens: TaskTokens, found: Backfill, by: str, reason: str, *, running: bool
) -> Backfill:
    """Give it up; a run of it ends at its next step with the outcome `cancelled`, and frees what it holds.

    `running`: its execution is under way. Raises BackfillStateError when it is promoting or over.
    """
    if not reason.strip():
        raise InvalidRequestError("a cancellation needs a reason: it is kept with the backfill")
    cancelled = change_backfill(lake, found, lambda now: _cancelled(now, lake.clock.now(), by, reason, running))
    for question in questions_of(lake, cancelled.run_id):
        if question.state in {ASKED, ANSWER}:
            tell_run(tokens, write_answer(lake, question, ANSWER, by, reason))
    if not running:
        free_partitions(lake, cancelled)
    return cancelled


def _cancelled(now: Backfill, at: str, by: str, reason: str, running: bool) -> Backfill:
    if now.status == CANCELLED:
        return now
    if now.status == PROMOTING and not running:
        # the execution was stopped from outside; what it promoted is in the run's journal
        return moved(now, FAILED, Change(at, FAILED, by, f"its run was stopped while it was promoting: {reason}"))
    return moved(now, CANCELLED, Change(at, CANCELLED, by, reason))
