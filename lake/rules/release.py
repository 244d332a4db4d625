"""The record of one wish about condemned rows, to release or to erase them: who asks, and who else lets it."""

import hashlib
from dataclasses import dataclass, replace

from lake.errors import InvalidRequestError
from lake.rules.correction import ERASE, RELEASE
from lake.rules.event import Event, EventKind

ASKED = "asked"
APPROVED = "approved"
DENIED = "denied"
_WORDS = {RELEASE: "released", ERASE: "erased"}
_DATA = {
    RELEASE: "No. Released rows are open again, with their history and three attempts.",
    ERASE: "Yes, that is what is asked for: what these rows held is gone for good; that they were there stays known.",
}


@dataclass(frozen=True)
class Release:
    """`approvals/release-<dataset>-<name>.json`. `corrections`: the key of the file that names the rows.

    `action`: release or erase.
    """

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
    action: str = RELEASE

    @property
    def words(self) -> str:
        """What becomes of the rows."""
        return _WORDS[self.action]


def new_release(  # noqa: PLR0913
    dataset: str, corrections: str, rows: int, reason: str, requested_by: str, at: str, *, action: str = RELEASE
) -> Release:
    """A wish that nobody has answered yet; the same wish at another time is another one."""
    if not reason.strip():
        raise InvalidRequestError(f"to {action} rows needs a reason: it is kept in the history of every row")
    name = hashlib.sha256("\x1f".join((action, dataset, corrections, requested_by, at)).encode()).hexdigest()[:12]
    return Release(1, name, dataset, corrections, rows, reason, requested_by, at, action=action)


def answered(found: Release, state: str, by: str, reason: str, at: str) -> Release:
    """With a person's answer. Raises InvalidRequestError when it is the requester's own, or not the first one."""
    if by == found.requested_by:
        raise InvalidRequestError(
            f"request {found.name} was made by {by}, so somebody else has to answer it: one person alone brings "
            "no condemned row back, and erases none"
        )
    if not reason.strip():
        raise InvalidRequestError("an answer needs a reason: it is kept in the history of every row")
    if found.state == ASKED:
        return replace(found, state=state, by=by, answer=reason, answered_at=at)
    if (found.state, found.by) != (state, by):
        raise InvalidRequestError(f"request {found.name} was {found.state} by {found.by} at {found.answered_at}")
    return found


def request_made(environment: str, found: Release) -> Event:
    """People are asked what may become of condemned rows. It names no row."""
    dataset = "" if found.dataset == "transactions" else f" --dataset {found.dataset}"
    ending = f"{found.name} --reason TEXT{dataset} --env {environment}"
    return Event(
        EventKind.APPROVAL_NEEDED,
        environment,
        reason=f"{found.rows} condemned row(s) wait to be {found.words} ({found.name})",
        dataset=found.dataset,
        lines=(
            f"reason: {found.reason}",
            f"requested by: {found.requested_by}, who cannot approve it",
            f"look at them: assay condemned list --request {found.name}{dataset} --env {environment}",
            f"deny it: assay condemned deny {ending}",
        ),
        data=_DATA[found.action],
        next_step=f"approve it or deny it: assay condemned approve {ending}",
        runbook="quarantine.md",
    )
