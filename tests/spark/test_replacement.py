"""The silver job of a run that replaces: planned partitions from their sources, and nothing beside them."""

from dataclasses import replace

import pytest

from lake.errors import InputMismatchError, PointerMovedError
from lake.rules import layout
from lake.rules.correction import ACCEPT, Correction
from lake.rules.plan import Source
from lake.rules.run import RunId
from lake.rules.summary import AmountChange, PartitionComparison, RunSummary
from lake.steps.current import current_snapshot, read_pointer
from lake.steps.read_run_summary import read_run_summary
from tests.spark.disk_lake import DiskLake, csv, row
from transforms.silver import bronze_to_silver

pytestmark = pytest.mark.spark

MARCH = "year=2024/month=03"
DAY = "ingest_date=2024-03-31"
APRIL_ROW = row("A1", at="2024-04-01T00:00:00Z")
TOO_STRICT = "^T[0-9]$"


def strict(lake: DiskLake, pattern: str = TOO_STRICT) -> DiskLake:
    """The same lake under a contract whose key has another pattern."""
    contract = lake.contract()
    key, *others = contract.columns
    return lake.with_contract(replace(contract, columns=(replace(key, pattern=pattern), *others)))


def silver_ids(lake: DiskLake, month: str = "03") -> list[str]:
    """What is current in a month."""
    place = layout.table_place(lake.buckets.silver, "transactions", "v1")
    pointer = read_pointer(lake.lake.store, place, f"year=2024/month={month}")
    if pointer is None or not pointer.uris:
        return []
    found = lake.spark.read.parquet(*pointer.uris)
    assert current_snapshot(lake.lake.store, place, pointer).rows == found.count()
    return sorted(row["transaction_id"] for row in found.collect())


def waiting(lake: DiskLake, state: str = "open") -> list[dict[str, object]]:
    return [each for each in lake.held().values() if each["state"] == state]


def allowed(lake: DiskLake, summary: RunSummary) -> tuple[str, ...]:
    return read_run_summary(lake.lake, RunId(summary.run_id), "silver").reasons


def test_rows_of_other_months_are_outside_and_stay_as_they_are(lake: DiskLake) -> None:
    source = lake.deliver(csv(row("T1"), row("T2", "x"), APRIL_ROW, row("A2", "x", at="2024-04-02T00:00:00Z")))
    lake.promote(lake.run([source]))
    april = lake.planned(lake.contract(), "year=2024/month=04")

    summary = lake.run([source], months=["2024-03"])

    assert (summary.counts.valid, summary.counts.duplicate, summary.counts.outside) == (1, 1, 2)
    assert summary.outside == {source.source_id: 2}
    assert summary.counts.accounted == summary.counts.input == 4
    assert [part.partition for part in summary.partitions] == [MARCH]
    assert allowed(lake, summary) == ()
    lake.promote(summary)
    assert lake.planned(lake.contract(), "year=2024/month=04") == april


def test_a_row_whose_month_cannot_be_told_counts_as_the_runs_own(lake: DiskLake) -> None:
    source = lake.deliver(csv(row("T1"), row("T2", at="soon"), "T3", APRIL_ROW))
    summary = lake.run([source], months=["2024-03"])
    assert (summary.counts.valid, summary.counts.quarantined, summary.counts.outside) == (1, 2, 1)


def test_every_planned_month_is_there_even_without_rows(lake: DiskLake) -> None:
    """A source that brought March is gone: what is left of March is nothing, and May had nothing."""
    lake.ingest_and_promote(csv(row("T1", "5.00"), row("T2", "7.00", currency="USD")))
    april = lake.deliver(csv(APRIL_ROW))
    before = lake.planned(lake.contract(), MARCH).base
    summary = lake.run([april], months=["2024-03", "2024-04", "2024-05"])
    assert [(part.partition[-2:], part.rows, part.base) for part in summary.partitions] == [
        ("03", 0, before),
        ("04", 1, None),
        ("05", 0, None),
    ]
    assert summary.comparison[0] == PartitionComparison(
        MARCH, 2, 0, 0, 2, 0, (AmountChange("amount", "EUR", "5", "0"), AmountChange("amount", "USD", "7", "0"))
    )
    assert summary.comparison[2] == PartitionComparison("year=2024/month=05", 0, 0, 0, 0, 0)
    assert allowed(lake, summary) == ()
    lake.promote(summary)
    assert (silver_ids(lake, "03"), silver_ids(lake, "04")) == ([], ["A1"])


def test_a_month_may_be_replaced_by_nothing_at_all(lake: DiskLake) -> None:
    lake.ingest_and_promote(csv(row("T1")))
    summary = lake.run([], months=["2024-03"])
    assert [(part.rows, part.files) for part in summary.partitions] == [(0, ())]
    assert allowed(lake, summary) == ()


def test_the_comparison_tells_added_removed_changed_and_amounts(lake: DiskLake) -> None:
    lake.ingest_and_promote(csv(row("T1", "1.10"), row("T2", "2.00"), row("T3", "3.00", currency="USD")))
    new = lake.deliver(csv(row("T1", "1.10"), row("T2", "2.50"), row("T4", "-4.00"), row("T5", "5.00")))
    summary = lake.run([new], months=["2024-03"])
    assert summary.comparison == (
        PartitionComparison(
            MARCH, 3, 4, 2, 1, 1, (AmountChange("amount", "EUR", "3.1", "4.6"), AmountChange("amount", "USD", "3", "0"))
        ),
    )


def test_the_winner_among_equals_is_the_same_as_in_the_first_run(lake: DiskLake) -> None:
    sources = [lake.deliver(csv(row("T1", f"{n}.00")), day=f"2024-03-0{n}") for n in (3, 1, 2)]
    first = lake.run(sources)
    lake.promote(first)
    again = lake.run(list(reversed(sources)), months=["2024-03"])
    assert [each["amount"] for each in lake.silver(again)] == [each["amount"] for each in lake.silver(first)]
    assert (again.counts.valid, again.counts.duplicate) == (1, 2)
    assert again.quarantine == ()


def test_a_run_planned_for_another_state_stops_at_once(lake: DiskLake) -> None:
    source = lake.deliver(csv(row("T1")))
    lake.promote(lake.run([source]))
    run_id = lake.plan([source], months=["2024-03"])
    lake.ingest_and_promote(csv(row("T2")))
    with pytest.raises(PointerMovedError, match="plan again"):
        bronze_to_silver(lake.job_run(run_id))


def test_a_row_that_is_valid_now_leaves_quarantine_and_one_that_is_not_stays(lake: DiskLake) -> None:
    under = strict(lake)
    source = under.deliver(csv(row("T1"), row("T22"), row("T22"), row("T33", "x"), APRIL_ROW))
    other = under.deliver(csv(row("X1", "x")))
    first = under.run([source, other])
    under.promote(first)
    assert first.counts.quarantined == 5
    history = read_pointer(lake.lake.store, layout.quarantine_place(lake.buckets.quarantine, "transactions"), DAY)

    summary = lake.run([source], months=["2024-03"])

    counts = summary.counts
    assert (counts.valid, counts.quarantined, counts.duplicate, counts.outside) == (2, 0, 2, 1)
    # the row of April is outside and waits on, so does the one of the other source
    assert summary.states == {"recovered": 2}
    assert allowed(lake, summary) == ()
    lake.promote(summary)
    assert silver_ids(lake) == ["T1", "T22"]
    left = waiting(lake)
    assert sorted(str(each["raw_record"])[:3] for each in left) == ["A1,", "T33", "X1,"]
    assert {each["run_id"] for each in left} == {first.run_id}
    assert history is not None
    assert all((lake.root / uri.removeprefix("s3://")).exists() for uri in history.uris)


def test_a_day_that_changes_in_nothing_is_not_listed(lake: DiskLake) -> None:
    source = lake.deliver(csv(row("T1"), row("T2", "x")))
    lake.promote(lake.run([source]))
    summary = lake.run([source], months=["2024-03"])
    assert (summary.counts.valid, summary.counts.duplicate) == (1, 1)
    assert (summary.quarantine, summary.states) == ((), {})


def test_the_last_row_of_a_day_recovers(lake: DiskLake) -> None:
    under = strict(lake)
    source = under.deliver(csv(row("T1"), row("T22")))
    under.promote(under.run([source]))
    summary = lake.run([source], months=["2024-03"])
    assert [(part.partition, part.rows) for part in summary.quarantine] == [(DAY, 1)]
    assert allowed(lake, summary) == ()
    lake.promote(summary)
    assert waiting(lake) == []


def test_rows_that_fail_now_join_those_that_wait(lake: DiskLake) -> None:
    source = lake.deliver(csv(row("T1"), row("T22"), row("T3", "x")))
    lake.promote(lake.run([source]))
    under = strict(lake)
    summary = under.run([source], months=["2024-03"])
    assert (summary.counts.valid, summary.counts.quarantined, summary.counts.duplicate) == (1, 1, 1)
    assert (summary.states, summary.errors) == ({"open": 1}, {"BAD_PATTERN": 1})
    assert summary.comparison[0].removed == 1
    assert allowed(under, summary) == ()
    under.promote(summary)
    assert sorted(str(each["raw_record"])[:3] for each in waiting(lake)) == ["T22", "T3,"]
    assert silver_ids(lake) == ["T1"]


def test_a_row_that_waited_without_a_type_is_found_again(lake: DiskLake) -> None:
    """Its hash is that of its text; valid now, it has the hash of its values as well."""
    contract = lake.contract()
    at = next(each for each in contract.columns if each.name == "amount")
    whole = tuple(replace(each, type="decimal(18,1)") if each is at else each for each in contract.columns)
    under = lake.with_contract(replace(contract, columns=whole))
    source = under.deliver(csv(row("T1", "1.25"), row("A1", "1.5", "2024-04-01T00:00:00Z")))
    first = under.run([source])
    assert first.errors == {"BAD_TYPE": 1}
    under.promote(first)
    summary = lake.run([source], months=["2024-03"])
    assert (summary.counts.valid, summary.counts.outside, summary.states) == (1, 1, {"recovered": 1})


def test_a_condemned_row_stays_condemned(lake: DiskLake) -> None:
    under = strict(lake)
    source = under.deliver(csv(row("T1"), row("T22"), row("T22", "2.00")))
    first = under.run([source])
    under.promote(first)
    (chosen,) = (each for each in waiting(lake) if str(each["raw_record"]).startswith("T22,A,1.00"))
    wish = Correction(str(chosen["row_id"]), str(chosen["source_id"]), "2024-03-31", "v1", 0)
    lake.promote(lake.retry([wish], ACCEPT))
    summary = lake.run([source], months=["2024-03"])
    # of the two rows of key T22 the condemned one does not take the key
    assert (summary.counts.valid, summary.counts.duplicate, summary.counts.quarantined) == (2, 1, 0)
    assert allowed(lake, summary) == ()
    lake.promote(summary)
    assert {(each["transaction_id"], str(each["amount"])) for each in lake.silver(summary)} == {
        ("T1", "1.0000"),
        ("T22", "2.0000"),
    }
    assert len(waiting(lake, "condemned")) == 1


def test_twelve_months_in_one_run(lake: DiskLake) -> None:
    months = [f"2024-{month:02d}" for month in range(1, 13)]
    lines = [row(f"T{month}", f"{number}.00", f"{month}-15T00:00:00Z") for number, month in enumerate(months)]
    source = lake.deliver(csv(*lines, row("old", at="2023-12-31T23:59:59Z")))
    lake.promote(lake.run([source]))
    corrected = lake.deliver(csv(*(line.replace(".00", ".50") for line in lines)), name="corrected.csv")
    summary = lake.run([corrected], months=months)
    assert [part.rows for part in summary.partitions] == [1] * 12
    assert [each.changed for each in summary.comparison] == [1] * 12
    assert len({file.uri.partition("/year=")[0] for part in summary.partitions for file in part.files}) == 1
    lake.promote(summary)
    assert silver_ids(lake, "07") == ["T2024-07"]


def copy_of(lake: DiskLake, source: Source, body: str, etag: str | None = None) -> Source:
    """The source as a run reads it when bronze holds a newer version."""
    key = f"runs/r/sources/{source.source_id}.csv"
    lake.lake.store.create(lake.buckets.control, key, body, {"source-etag": etag or source.etag})
    return replace(source, uri=layout.uri(lake.buckets.control, key))


def test_a_pinned_version_is_read_from_its_copy(lake: DiskLake) -> None:
    body = csv(row("T1"), row("T2"))
    pinned = copy_of(lake, lake.deliver(body, name="a.csv"), body)
    lake.deliver(csv(row("T3")), name="a.csv")
    summary = lake.run([pinned], months=["2024-03"])
    assert sorted(each["transaction_id"] for each in lake.silver(summary)) == ["T1", "T2"]
    assert (summary.sources[0].bucket, summary.sources[0].etag) == (lake.buckets.bronze, pinned.etag)


def test_a_copy_of_something_else_is_not_read(lake: DiskLake) -> None:
    body = csv(row("T1"))
    source = lake.deliver(body)
    for pinned in (
        replace(source, uri=layout.uri(lake.buckets.control, "runs/r/sources/missing.csv")),
        copy_of(lake, replace(source, source_id="other"), csv(row("X1")), '"other"'),
        copy_of(lake, replace(source, source_id="longer"), body + "\n"),
    ):
        with pytest.raises(InputMismatchError, match="start a new run"):
            lake.run([pinned], months=["2024-03"])
