"""One key, one row: what is a duplicate, what is a conflict, and who wins."""

from typing import Any

import pytest

from lake.rules.summary import Counts, RunSummary
from lake.spark import sort_out, tally
from tests.spark.disk_lake import DiskLake, csv, row

pytestmark = pytest.mark.spark


@pytest.fixture(autouse=True, params=["few", "many"])
def rows_count_as(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows are all compared with each other; of many, hashes name the candidates first. The answer is the same."""
    if request.param == "many":
        monkeypatch.setattr(tally, "ALL_COMPARED", 0)
        monkeypatch.setattr(sort_out, "ALL_COMPARED", 0)


def counts(summary: RunSummary) -> tuple[int, int, int]:
    found: Counts = summary.counts
    assert found.accounted == found.input
    return found.valid, found.quarantined, found.duplicate


def keys(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return sorted((each["transaction_id"], f"{each['amount'].normalize():f}") for each in rows)


def test_the_same_row_twice_in_a_file_is_one_row(lake: DiskLake) -> None:
    summary = lake.ingest(csv(row("T1"), row("T2"), row("T1"), row("T1")))
    assert counts(summary) == (2, 0, 2)
    assert keys(lake.silver(summary)) == [("T1", "1"), ("T2", "1")]


def test_equal_content_written_differently_is_the_same_row(lake: DiskLake) -> None:
    at = "2024-03-01T10:00:00Z"
    summary = lake.ingest(
        csv(row("T1", "10.5", at), row("T1", "+10.50", at), row("T1", "010.5000", "2024-03-01 12:00:00+02:00"))
    )
    assert counts(summary) == (1, 0, 2)


def test_other_content_under_the_same_key_waits_for_a_person(lake: DiskLake) -> None:
    summary = lake.ingest(csv(row("T1", "1.00"), row("T1", "2.00"), row("T2")))
    assert counts(summary) == (2, 1, 0)
    assert summary.errors == {"KEY_CONFLICT": 1}
    winner = next(each for each in lake.silver(summary) if each["transaction_id"] == "T1")
    (loser,) = lake.quarantine(summary)
    (error,) = loser["errors"]
    assert (error["code"], error["column"], error["found"]) == ("KEY_CONFLICT", "transaction_id", "T1")
    assert winner["row_hash"] in error["expected"]
    assert loser["fields"]["TransactionAmount"] in loser["raw_record"]


def test_rows_with_errors_share_no_key(lake: DiskLake) -> None:
    bad = [row("T1", "x"), row("T2", "x"), row("T2", "x"), "T2"]
    summary = lake.ingest(csv(row("T1"), *bad, row("T1"), row("T3", at="2024-04-01T00:00:00Z")))
    assert counts(summary) == (2, 4, 1)
    assert summary.errors == {"BAD_TYPE": 3, "MALFORMED_RECORD": 1}


def test_the_winner_does_not_depend_on_the_order_of_rows(lake: DiskLake) -> None:
    rows = [row(f"T{key}", f"{amount}.00") for key in range(20) for amount in (1, 2)]
    one, other = (lake.silver(lake.ingest(csv(*order))) for order in (rows, rows[::-1]))
    assert keys(one) == keys(other)


def test_the_older_delivery_wins_whichever_the_plan_names_first(lake: DiskLake) -> None:
    old = lake.deliver(csv(row("T1", "2.00")), day="2024-03-01")
    new = lake.deliver(csv(row("T1", "1.00")), day="2024-03-02")
    for sources in ([old, new], [new, old]):
        summary = lake.run(sources)
        assert keys(lake.silver(summary)) == [("T1", "2")]
        assert [part.partition for part in summary.quarantine] == ["ingest_date=2024-03-02"]


def test_a_key_is_unique_within_its_month_only(lake: DiskLake) -> None:
    summary = lake.ingest(csv(row("T1"), row("T1", at="2024-04-01T00:00:00Z")))
    assert counts(summary) == (2, 0, 0)


def test_rows_that_are_promoted_already_are_duplicates(lake: DiskLake) -> None:
    lake.ingest_and_promote(csv(row("T1"), row("T2"), row("T3", at="2024-04-01T00:00:00Z")))
    summary = lake.ingest(csv(row("T1"), row("T4"), row("T3", at="2024-04-01T00:00:00Z")))
    assert counts(summary) == (1, 0, 2)
    assert keys(lake.silver(summary)) == [("T4", "1")]


def test_a_promoted_row_wins_over_every_row_of_the_run(lake: DiskLake) -> None:
    lake.ingest_and_promote(csv(row("T1", "5.00")))
    summary = lake.ingest(csv(*(row("T1", f"{n}.00") for n in range(1, 9))))
    assert counts(summary) == (0, 7, 1)
    assert summary.partitions == ()
    assert summary.columns == {}


def test_a_run_that_replaces_does_not_meet_what_it_replaces(lake: DiskLake) -> None:
    lake.ingest_and_promote(csv(row("T1", "5.00")))
    summary = lake.run([lake.deliver(csv(row("T1", "6.00")))], months=["2024-03"])
    assert counts(summary) == (1, 0, 0)
    assert summary.partitions[0].base is not None


def test_a_row_with_errors_takes_no_key(lake: DiskLake) -> None:
    summary = lake.ingest(csv(row("T1", "1.005"), row("T1", "1.00"), row("T1", "1.005")))
    assert counts(summary) == (1, 2, 0)
    ids = [each["row_id"] for each in lake.quarantine(summary)]
    assert len(set(ids)) == 2


def test_all_rows_may_be_duplicates(lake: DiskLake) -> None:
    summary = lake.ingest(csv(*[row("T1")] * 500), csv(*[row("T1")] * 500))
    assert counts(summary) == (1, 0, 999)


def test_a_row_that_waits_in_quarantine_is_not_opened_twice(lake: DiskLake) -> None:
    source = lake.deliver(csv(row("T1", "x"), row("T1", "x"), row("T2", "y"), row("T3")))
    first = lake.run([source])
    lake.promote(first)
    again = lake.run([source])
    assert counts(first) == (1, 3, 0)
    assert counts(again) == (0, 0, 4)
    assert again.quarantine == ()
