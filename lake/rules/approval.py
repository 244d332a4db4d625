"""The record of one question to people: may this run go on? It holds the token that lets it."""

from dataclasses import dataclass, replace

from lake.errors import BackfillStateError

START = "start"
COMPARISON = "comparison"
REQUIRED = "required"
OFF = "off"

ASKED = "asked"
APPROVED = "approved"
DENIED = "denied"
CANCELLED = "cancelled"


@dataclass(frozen=True)
class Approval:
    """`approvals/<run_id>-<subject>.json`. The token is nowhere else: no mail, no log, no answer of a function."""

    approval_version: int
    run_id: str
    dataset: str
    backfill_id: str
    subject: str
    state: str
    token: str
    asked_at: str
    by: str = ""
    reason: str = ""
    answered_at: str = ""


def answered(found: Approval, state: str, by: str, reason: str, at: str) -> Approval:
    """With a person's answer. The first answer stands: raises BackfillStateError when another one was given."""
    if found.state == ASKED:
        return replace(found, state=state, by=by, reason=reason, answered_at=at)
    if found.state != state:
        raise BackfillStateError(
            f"the {found.subject} of run {found.run_id} was {found.state} by {found.by} at {found.answered_at}"
        )
    return found
