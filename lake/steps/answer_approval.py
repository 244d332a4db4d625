"""`assay backfill approve|deny`: write down who answered and why, then let the waiting run hear it."""

import json

from lake.errors import ApprovalDeniedError, BackfillCancelledError, BackfillStateError, InvalidRequestError
from lake.rules import layout
from lake.rules.approval import APPROVED, COMPARISON, DENIED, START, Approval, answered
from lake.rules.backfill import COMPARED, PLANNED, Backfill
from lake.rules.run import RunId
from lake.steps.lake import Lake
from lake.steps.ports import TaskTokens
from lake.steps.records import find_record, put_record

# what a run may be waiting for in a state of its backfill
SUBJECTS = {PLANNED: START, COMPARED: COMPARISON}


def answer_approval(lake: Lake, tokens: TaskTokens, backfill: Backfill, state: str, by: str, reason: str) -> Approval:
    """Answer what a backfill's run is waiting for; repeated, the first answer stands.

    Raises BackfillStateError when it waits for nothing, or the other answer was given before.
    """
    if not reason.strip():
        raise InvalidRequestError("an answer needs a reason: it is kept with the backfill and in every snapshot")
    question = waiting_question(lake, backfill)
    if question is None:
        raise BackfillStateError(
            f"backfill {backfill.backfill_id} is {backfill.status}"
            f"{f' (run {backfill.run_id})' if backfill.run_id else ''} and waits for no approval; "
            f"see: assay backfill status {backfill.backfill_id}"
        )
    given = write_answer(lake, question, state, by, reason)
    if not tell_run(tokens, given):
        raise BackfillStateError(
            f"run {question.run_id} does not wait any more: it heard an answer before, expired, or was stopped; see: "
            f"assay backfill status {backfill.backfill_id}"
        )
    return given


def waiting_question(lake: Lake, backfill: Backfill) -> Approval | None:
    """The question to people that the backfill's run has asked in the state it is in, None when there is none."""
    subject = SUBJECTS.get(backfill.status)
    return next((each for each in questions_of(lake, backfill.run_id) if each.subject == subject), None)


def questions_of(lake: Lake, run_id: str) -> list[Approval]:
    """Every question a run has asked; none before it has begun."""
    keys = [layout.approval(RunId(run_id), subject) for subject in (START, COMPARISON)] if run_id else []
    found = (find_record(lake.store, Approval, lake.buckets.control, key) for key in keys)
    return [each for each in found if each is not None]


def write_answer(lake: Lake, question: Approval, state: str, by: str, reason: str) -> Approval:
    """Put an answer into the question's record; the answer that stands."""

    def give(found: Approval | None) -> Approval:
        return answered(found or question, state, by, reason, lake.clock.now())

    key = layout.approval(RunId(question.run_id), question.subject)
    return put_record(lake.store, Approval, lake.buckets.control, key, give) or question


def tell_run(tokens: TaskTokens, given: Approval) -> bool:
    """Let the run hear the answer; False when it waits no more."""
    if given.state == APPROVED:
        return tokens.succeed(given.token, json.dumps({"state": given.state}))
    error = (ApprovalDeniedError if given.state == DENIED else BackfillCancelledError).__name__
    return tokens.fail(given.token, error, f"{given.state} by {given.by}: {given.reason}")
