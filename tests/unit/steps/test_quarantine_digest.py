"""The daily mail: what waits, by reason and age, from what snapshots say; nothing when nothing waits."""

from dataclasses import replace

from lake.rules import layout
from lake.rules.summary import FileEntry
from lake.steps.lake import Lake
from lake.steps.promote_partition import promote_partition
from lake.steps.quarantine_digest import send_digest
from tests.builders import BUCKETS, JobOutput, Rows, lake_on, plan_of, source
from tests.fakes import Mailbox

AT = "2024-04-20T06:30:00Z"
OPEN = layout.quarantine_place(BUCKETS.quarantine, "transactions")
CONDEMNED = layout.condemned_place(BUCKETS.quarantine, "transactions")


def hold(lake: Lake, number: int, day: str, errors: dict[str, int], place: layout.Place = OPEN, rows: int = 5) -> None:
    """A run that leaves rows in quarantine, or none where its files replace those of a day."""
    output = JobOutput(lake, plan_of(number, source(20)))
    summary = output.silver(quarantined=[Rows(f"ingest_date={day}", rows, f"{number}a", f"{number}b")])
    (part,) = summary.quarantine
    files = tuple(replace(each, errors=errors) for each in part.files)
    promote_partition(lake, place, "quarantine", summary, replace(part, files=files))


def empty(lake: Lake, number: int, day: str) -> None:
    """A run after which no row of a day waits."""
    output = JobOutput(lake, plan_of(number, source(20)))
    summary = output.silver(quarantined=[Rows(f"ingest_date={day}")], mode="replace")
    (part,) = summary.quarantine
    promote_partition(lake, OPEN, "quarantine", summary, replace(part, rows=0, files=()))


def test_rows_are_told_by_reason_and_age_over_days_and_runs() -> None:
    lake, mailbox = lake_on(), Mailbox()
    hold(lake, 1, "2024-04-20", {"BAD_TYPE": 4, "TOO_LONG": 1})
    hold(lake, 2, "2024-04-20", {"BAD_TYPE": 5})
    hold(lake, 3, "2024-01-01", {"TOO_LONG": 5})
    hold(lake, 4, "2024-01-02", {"TOO_LONG": 7}, CONDEMNED, rows=7)
    answer = send_digest(lake, mailbox, AT)
    assert (answer.rows, answer.mailed) == ({"transactions": 15}, True)
    ((subject, body),) = mailbox.mails
    assert subject == "Assay test: Rows wait in quarantine: 15 row(s) in transactions"
    assert "transactions: 15 row(s) wait, the oldest since 2024-01-01; 7 condemned" in body
    cells = [line.split() for line in mailbox.events[0].lines]
    assert ["BAD_TYPE", "9", "9", "0", "0", "0", "0"] in cells
    assert ["TOO_LONG", "6", "1", "0", "0", "0", "5"] in cells
    assert "docs/runbooks/quarantine.md" in body


def test_nothing_waits_nothing_is_mailed() -> None:
    lake, mailbox = lake_on(), Mailbox()
    assert not send_digest(lake, mailbox, AT).mailed
    hold(lake, 1, "2024-04-20", {"BAD_TYPE": 5})
    empty(lake, 2, "2024-04-20")
    hold(lake, 3, "2024-01-01", {"TOO_LONG": 5}, CONDEMNED)
    assert send_digest(lake, mailbox, AT).rows == {"transactions": 0}
    assert mailbox.mails == []


def test_files_of_an_older_build_are_counted_without_reasons() -> None:
    lake, mailbox = lake_on(), Mailbox()
    hold(lake, 1, "2024-04-20", {})
    send_digest(lake, mailbox, AT)
    assert "not counted" in mailbox.mails[0][1]


def test_an_old_file_entry_can_still_be_read() -> None:
    assert FileEntry("s3://b/k", 1, 1, "run").errors == {}
