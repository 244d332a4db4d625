"""`assay quarantine retry | accept`: check what is asked for, put it where the run finds it, and follow the run."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from assay import held_rows, requests
from assay.console import USAGE, CommandError
from assay.held_rows import OPEN, Wanted
from assay.open_lake import open_lake, who
from assay.target import Target
from lake.errors import ConflictError, SheetError
from lake.rules import layout
from lake.rules.choose_rows import correction_of, rules_changed
from lake.rules.contract import Contracts
from lake.rules.correction import Correction, corrections_text
from lake.rules.correction_sheet import INGEST_DATE
from lake.rules.held_row import HeldRow
from lake.rules.read_sheet import is_changed, problems_of, read_sheet
from lake.rules.run import RunKind


def from_sheet(target: Target, contracts: Contracts, dataset: str, file: Path) -> list[Correction]:
    """The corrections in a file. Raises CommandError with every complaint, and nothing has run then."""
    if not file.is_file():
        raise CommandError(f"there is no file {file}", USAGE)
    try:
        lines = read_sheet(file.read_bytes(), contracts.newest(dataset))
    except SheetError as error:
        raise CommandError("\n".join(f"{file}: {each}" for each in error.problems), USAGE) from error
    days = {each.given[INGEST_DATE] for each in lines}
    rows = held_rows.newest_of(target, dataset, days, [each.row_id for each in lines])
    problems: list[str] = []
    found: list[Correction] = []
    for line in lines:
        row = rows.get(line.row_id)
        changed = row is not None and rules_changed(contracts, dataset, row)
        problems += problems_of(line, row, rules_changed=changed)
        if row is not None:
            fields = line.fields if is_changed(line, row) else None
            found.append(correction_of(contracts, dataset, row, fields))
    if problems:
        raise CommandError("\n".join(f"{file}: {each}" for each in problems), USAGE)
    return found


def as_they_are(target: Target, contracts: Contracts, dataset: str, wanted: Wanted) -> tuple[list[Correction], int]:
    """The open rows whose rules have changed since they were judged, and how many wait under the same rules."""
    rows = held_rows.rows(target, dataset, OPEN, wanted)
    found = [each for each in rows if rules_changed(contracts, dataset, each)]
    return [correction_of(contracts, dataset, each) for each in found], len(rows) - len(found)


def named(target: Target, contracts: Contracts, dataset: str, row_ids: Sequence[str], state: str) -> list[Correction]:
    """Rows by name, which must be in a state. Raises CommandError for those that are not."""
    wanted = [Wanted(row_id=each).row_id or "" for each in dict.fromkeys(row_ids)]
    rows = held_rows.newest_of(target, dataset, held_rows.held_days(target, dataset), wanted)
    problems = [_not_there(each, rows.get(each), state) for each in wanted if not _is(rows.get(each), state)]
    if problems:
        raise CommandError("\n".join(problems), USAGE)
    return [correction_of(contracts, dataset, rows[each]) for each in wanted]


def ask(
    target: Target, dataset: str, rows: Sequence[Correction], action: str, reason: str, quiet: bool
) -> dict[str, Any]:
    """Start a run about these rows and follow it."""
    key = store(target, dataset, rows)
    details = {"corrections": key, "action": action, "reason": reason, "requested_by": who(target)}
    return follow(target, dataset, RunKind.RETRY, details, len(rows), quiet)


def follow(target: Target, dataset: str, kind: str, details: dict[str, str], rows: int, quiet: bool) -> dict[str, Any]:
    """Start a run of a kind, wait for its end, and say what came out."""
    story = requests.request_and_follow(target, dataset, kind, details, quiet)
    counts = story["summary"].get("counts", {}) if story["summary"] else {}
    return {"rows": rows, "run": story["run"], "outcome": requests.outcome(story), "counts": counts}


def store(target: Target, dataset: str, rows: Sequence[Correction]) -> str:
    """Put a wish into the quarantine bucket, under the name of its content; its key."""
    text = corrections_text(rows)
    key = layout.corrections(dataset, hashlib.sha256(text.encode()).hexdigest()[:16])
    # the same wish may have been there before; what was done for it is in the history of its rows
    with suppress(ConflictError):
        open_lake(target).store.create(target.bucket("quarantine"), key, text)
    return key


def _is(row: HeldRow | None, state: str) -> bool:
    return row is not None and row.state == state


def _not_there(row_id: str, row: HeldRow | None, state: str) -> str:
    if row is None:
        return f"there is no row {row_id} in quarantine"
    return f"row {row_id} is {row.state}, not {state}; see: assay quarantine show {row_id}"
