"""The daily mail: what waits, by reason and age, from what snapshots say; nothing when nothing waits."""

from dataclasses import replace
from typing import Any

from lake.rules import layout
from lake.rules.summary import FileEntry
from lake.steps.lake import Lake
from lake.steps.promote_partition import promote_partition
from lake.steps.quarantine_digest import send_digest
from tests.builders import BUCKETS, JobOutput, Rows, lake_on, plan_of, source
from tests.fakes import Mailbox

AT = "2024-04-20T06:30:00Z"
PLACE = layout.quarantine_place(BUCKETS.quarantine, "transactions")


def hold(lake: Lake, number: int, day: str, errors: dict[str, int], **told: Any) -> None:
    """A run that adds five entries to a day; unless told otherwise, of five rows that wait."""
    output = JobOutput(lake, plan_of(number, source(20)))
    summary = output.silver(quarantined=[Rows(f"ingest_date={day}", 5, f"{number}a", f"{number}b")])
    (part,) = summary.quarantine
    files = tuple(replace(each, errors=errors, **told) for each in part.files)
    promote_partition(lake, PLACE, "quarantine", summary, replace(part, files=files))


def settle(lake: Lake, number: int, day: str, errors: dict[str, int], condemned: int = 0) -> None:
    """A run after which five open rows wait no more."""
    states = {"recovered": 5 - condemned, "condemned": condemned}
    hold(lake, number, day, errors, states=states, waiting=-5, condemned=condemned)


def test_rows_are_told_by_reason_and_age_over_days_and_runs() -> None:
    lake, mailbox = lake_on(), Mailbox()
    hold(lake, 1, "2024-04-20", {"BAD_TYPE": 4, "TOO_LONG": 1})
    hold(lake, 2, "2024-04-20", {"BAD_TYPE": 5})
    hold(lake, 3, "2024-01-01", {"TOO_LONG": 5})
    hold(lake, 4, "2024-01-02", {"TOO_LONG": 5, "BAD_TYPE": 5})
    settle(lake, 5, "2024-01-02", {"TOO_LONG": -5, "BAD_TYPE": -5}, condemned=2)
    answer = send_digest(lake, mailbox, AT)
    assert (answer.rows, answer.mailed) == ({"transactions": 15}, True)
    ((subject, body),) = mailbox.mails
    assert subject == "Assay test: Rows wait in quarantine: 15 row(s) in transactions"
    assert "transactions: 15 row(s) wait, the oldest since 2024-01-01; 2 condemned" in body
    cells = [line.split() for line in mailbox.events[0].lines]
    assert ["BAD_TYPE", "9", "9", "0", "0", "0", "0"] in cells
    assert ["TOO_LONG", "6", "1", "0", "0", "0", "5"] in cells
    assert "docs/runbooks/quarantine.md" in body


def test_nothing_waits_nothing_is_mailed() -> None:
    lake, mailbox = lake_on(), Mailbox()
    assert not send_digest(lake, mailbox, AT).mailed
    hold(lake, 1, "2024-04-20", {"BAD_TYPE": 5})
    settle(lake, 2, "2024-04-20", {"BAD_TYPE": -5})
    assert send_digest(lake, mailbox, AT).rows == {"transactions": 0}
    assert mailbox.mails == []


def test_condemned_rows_that_are_kept_too_long_are_told_even_when_nothing_waits() -> None:
    lake, mailbox = lake_on(), Mailbox()
    hold(lake, 1, "2017-04-20", {"BAD_TYPE": 5})
    settle(lake, 2, "2017-04-20", {"BAD_TYPE": -5}, condemned=3)
    assert not send_digest(lake, mailbox, "2024-04-19T06:30:00Z").mailed
    assert send_digest(lake, mailbox, AT).mailed
    ((_, body),) = mailbox.mails
    assert "transactions: 0 row(s) wait; 3 condemned" in body
    assert "3 condemned row(s) are older than the contract keeps data: assay condemned erase --expired" in body


def test_files_of_an_older_build_are_counted_without_reasons() -> None:
    lake, mailbox = lake_on(), Mailbox()
    hold(lake, 1, "2024-04-20", {}, states={}, waiting=0)
    send_digest(lake, mailbox, AT)
    assert "not counted" in mailbox.mails[0][1]


def test_an_old_file_entry_can_still_be_read() -> None:
    assert FileEntry("s3://b/k", 1, 1, "run").errors == {}
