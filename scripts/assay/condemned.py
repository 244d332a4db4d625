"""Condemned rows: ask that they be released or erased, answer, and follow the run that does it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from assay import held_rows, retries
from assay.console import USAGE, CommandError
from assay.open_lake import open_lake, who
from assay.target import Target
from lake.aws.events import EventBus
from lake.errors import InvalidRequestError
from lake.rules import layout
from lake.rules.contract import Contracts
from lake.rules.correction import ERASE, RELEASE
from lake.rules.held_row import HeldRow
from lake.rules.held_state import CONDEMNED
from lake.rules.release import ASKED, Release, new_release
from lake.rules.retention import kept_too_long
from lake.rules.run import RunKind
from lake.steps.records import read_record
from lake.steps.releases import answer_release, releases, request_about, request_release, rows_of

_KINDS = {RELEASE: RunKind.RELEASE, ERASE: RunKind.ERASE}


def ask(
    target: Target, contracts: Contracts, dataset: str, row_ids: Sequence[str], reason: str, action: str = RELEASE
) -> Release:
    """Write the wish down and tell people, with the permissions of whoever asks."""
    rows = retries.named(target, contracts, dataset, row_ids, CONDEMNED)
    key = retries.store(target, dataset, rows)
    lake = open_lake(target)
    try:
        wanted = new_release(dataset, key, len(rows), reason, who(target), lake.clock.now(), action=action)
    except InvalidRequestError as error:
        raise CommandError(str(error), USAGE) from error
    request_release(lake, EventBus(target.client("events")), wanted)
    return wanted


def kept_too_long_in(target: Target, contracts: Contracts, dataset: str, today: date) -> list[str]:
    """The condemned rows that were delivered longer ago than the contract keeps data."""
    years = contracts.newest(dataset).retention_years
    rows = held_rows.rows(target, dataset, held_rows.CONDEMNED, held_rows.Wanted())
    return [each.row_id for each in rows if kept_too_long(each.ingest_date, years, today)]


def name_of(target: Target, dataset: str, row_ids: Sequence[str]) -> str:
    """The name of the wish about exactly these rows. Raises CommandError when none waits, or several."""
    try:
        return request_about(open_lake(target), dataset, row_ids).name
    except InvalidRequestError as error:
        raise CommandError(f"{error}; see: assay condemned list", USAGE) from error


def answer(target: Target, dataset: str, name: str, state: str, reason: str) -> Release:
    """Answer a wish. Raises CommandError when it is one's own."""
    try:
        return answer_release(open_lake(target), dataset, name, state, who(target), reason)
    except InvalidRequestError as error:
        raise CommandError(str(error), USAGE) from error


def carry_out(target: Target, found: Release, quiet: bool) -> dict[str, Any]:
    """Start the run that releases or erases what was approved, and follow it."""
    details = {
        "corrections": found.corrections,
        "action": found.action,
        "reason": found.reason,
        "requested_by": found.requested_by,
        "approved_by": found.by,
        "request": found.name,
    }
    return retries.follow(target, found.dataset, _KINDS[found.action], details, found.rows, quiet)


def waiting(target: Target, dataset: str) -> list[Release]:
    """The wishes that nobody has answered, oldest first."""
    found = (each for each in releases(open_lake(target), dataset) if each.state == ASKED)
    return sorted(found, key=lambda each: each.requested_at)


def of_request(target: Target, dataset: str, name: str) -> list[HeldRow]:
    """The rows that a wish is about, as they are now."""
    lake = open_lake(target)
    found = read_record(lake.store, Release, lake.buckets.control, layout.release(dataset, name))
    rows = rows_of(lake, found)
    days = {each.ingest_date for each in rows}
    return list(held_rows.newest_of(target, dataset, days, [each.row_id for each in rows]).values())
