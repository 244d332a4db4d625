"""The record of one wish to release condemned rows: who asks, and who, somebody else, lets it."""

import hashlib
from dataclasses import dataclass, replace

from lake.errors import InvalidRequestError
from lake.rules.event import Event, EventKind

ASKED = "asked"
APPROVED = "approved"
DENIED = "denied"


@dataclass(frozen=True)
class Release:
    """`approvals/release-<dataset>-<name>.json`. `corrections`: the key of the file that names the rows."""

    release_version: int
    name: str
    dataset: str
    corrections: str
    rows: int
    reason: str
    requested_by: str
    requested_at: str
    state: str = ASKED
    by: str = ""
    answer: str = ""
    answered_at: str = ""


def new_release(dataset: str, corrections: str, rows: int, reason: str, requested_by: str, at: str) -> Release:
    """A wish that nobody has answered yet; the same wish at another time is another one."""
    if not reason.strip():
        raise InvalidRequestError("a release needs a reason: it is kept in the history of every row")
    name = hashlib.sha256("\x1f".join((dataset, corrections, requested_by, at)).encode()).hexdigest()[:12]
    return Release(1, name, dataset, corrections, rows, reason, requested_by, at)


def answered(found: Release, state: str, by: str, reason: str, at: str) -> Release:
    """With a person's answer. Raises InvalidRequestError when it is the requester's own, or not the first one."""
    if by == found.requested_by:
        raise InvalidRequestError(
            f"release {found.name} was requested by {by}, so somebody else has to answer it: one person alone "
            "brings no condemned row back"
        )
    if not reason.strip():
        raise InvalidRequestError("an answer needs a reason: it is kept in the history of every row")
    if found.state == ASKED:
        return replace(found, state=state, by=by, answer=reason, answered_at=at)
    if (found.state, found.by) != (state, by):
        raise InvalidRequestError(f"release {found.name} was {found.state} by {found.by} at {found.answered_at}")
    return found


def release_asked(environment: str, found: Release) -> Event:
    """People are asked whether condemned rows may come back. It names no row."""
    dataset = "" if found.dataset == "transactions" else f" --dataset {found.dataset}"
    ending = f"{found.name} --reason TEXT{dataset} --env {environment}"
    return Event(
        EventKind.APPROVAL_NEEDED,
        environment,
        reason=f"{found.rows} condemned row(s) wait to be released ({found.name})",
        dataset=found.dataset,
        lines=(
            f"reason: {found.reason}",
            f"requested by: {found.requested_by}, who cannot approve it",
            f"look at them: assay condemned list --request {found.name}{dataset} --env {environment}",
            f"deny it: assay condemned deny {ending}",
        ),
        data="No. Released rows are open again, with their history and three attempts.",
        next_step=f"approve it or deny it: assay condemned approve {ending}",
        runbook="quarantine.md",
    )
