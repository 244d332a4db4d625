"""The silver job about named rows of quarantine: corrected, tried again, condemned, given up, released."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from lake.rules.correction import ACCEPT, ERASE, RELEASE, Correction
from lake.rules.run import RunId
from lake.rules.summary import RunSummary
from lake.steps.read_run_summary import read_run_summary
from tests.spark.disk_lake import DiskLake, csv, row
from tests.spark.test_replacement import strict

pytestmark = pytest.mark.spark

NEXT_DAY = "2024-04-01"


def fix(entry: dict[str, Any], **fields: str) -> Correction:
    """A correction of some fields of a row, as it is now."""
    given = {**dict(entry["fields"] or {}), **fields} if fields else None
    return Correction(entry["row_id"], entry["source_id"], entry["ingest_date"], "v1", entry["attempt_count"], given)


def waiting(lake: DiskLake, start: str, day: str = "2024-03-31") -> dict[str, Any]:
    """The newest entry of the row whose record starts like this."""
    (found,) = (each for each in lake.held(day).values() if each["raw_record"].startswith(start))
    return {**found, "ingest_date": day}


def promoted(lake: DiskLake, summary: RunSummary) -> RunSummary:
    """Through the gate."""
    assert read_run_summary(lake.lake, RunId(summary.run_id), "silver").reasons == ()
    lake.promote(summary)
    return summary


def silver_ids(lake: DiskLake) -> list[str]:
    return [each["transaction_id"] for each in lake.current_silver()]


@pytest.fixture
def ingested(lake: DiskLake) -> DiskLake:
    """One good row, two of a bad amount, one that could not be split."""
    body = csv(row("T1"), row("T2", "1e5"), row("T3", "x", currency="EURO"), "T4,A")
    lake.ingest_and_promote(body)
    return lake


def test_a_corrected_row_is_in_silver_under_its_name_and_only_it_moves(ingested: DiskLake) -> None:
    before = waiting(ingested, "T2")
    summary = promoted(ingested, ingested.retry([fix(before, TransactionAmount="100000")]))

    assert (summary.counts.input, summary.counts.valid, summary.counts.quarantined) == (1, 1, 0)
    assert silver_ids(ingested) == ["T1", "T2"]
    row_in_silver = ingested.current_silver()[1]
    assert row_in_silver["amount"] == Decimal(100000)
    assert (row_in_silver["row_id"], row_in_silver["attempt_count"]) == (before["row_id"], 1)
    assert (row_in_silver["source_id"], row_in_silver["run_id"]) == (before["source_id"], summary.run_id)
    after = waiting(ingested, "T2")
    assert (after["state"], after["previous_state"], after["revision"]) == ("recovered", "open", 1)
    assert (after["row_hash"], after["raw_record"]) == (before["row_hash"], before["raw_record"])
    delivered, tried = after["retry_history"]
    assert (delivered["by"], delivered["errors"], delivered["attempt"]) == ("delivery", "BAD_TYPE", 0)
    assert (tried["by"], tried["errors"], tried["attempt"]) == ("ann", "", 1)
    assert tried["changed"] == "TransactionAmount: 1e5 → 100000"
    others = [each for each in ingested.held().values() if each["row_id"] != before["row_id"]]
    assert {(each["state"], each["revision"], each["attempt_count"]) for each in others} == {("open", 0, 0)}


def test_the_files_of_a_retry_tell_what_changes(ingested: DiskLake) -> None:
    summary = ingested.retry(
        [fix(waiting(ingested, "T2"), TransactionAmount="5"), fix(waiting(ingested, "T3"), TransactionAmount="6")]
    )
    (file,) = (file for part in summary.quarantine for file in part.files)
    assert (file.states, file.waiting, file.condemned) == ({"open": 1, "recovered": 1}, -1, 0)
    # T3 had two errors and has one; the other row had one
    assert file.errors == {"BAD_TYPE": -2}
    assert (summary.errors, summary.worsened, summary.unmatched) == ({"UNKNOWN_CURRENCY": 1}, 0, 0)


def test_a_record_that_could_not_be_split_is_corrected_too(ingested: DiskLake) -> None:
    entry = waiting(ingested, "T4")
    fields = dict(zip(ingested.contract().header, row("T4", "7.00").split(","), strict=True))
    promoted(ingested, ingested.retry([fix(entry, **fields)]))
    assert silver_ids(ingested) == ["T1", "T4"]


def test_the_third_failure_condemns_and_a_release_brings_the_row_back(ingested: DiskLake) -> None:
    ends = []
    for text in ("y", "z", "w"):
        summary = promoted(ingested, ingested.retry([fix(waiting(ingested, "T2"), TransactionAmount=text)]))
        ends.append((waiting(ingested, "T2")["state"], waiting(ingested, "T2")["attempt_count"]))
    assert ends == [("open", 1), ("open", 2), ("condemned", 3)]
    assert (summary.counts.condemned, summary.counts.quarantined) == (1, 0)

    released = promoted(ingested, ingested.retry([fix(waiting(ingested, "T2"))], RELEASE, approved_by="bob"))
    assert released.counts.quarantined == 1
    entry = waiting(ingested, "T2")
    assert (entry["state"], entry["attempt_count"], len(entry["retry_history"])) == ("open", 0, 5)
    assert entry["retry_history"][-1]["changed"] == "released, approved by bob: because"
    promoted(ingested, ingested.retry([fix(entry, TransactionAmount="9")]))
    assert silver_ids(ingested) == ["T1", "T2"]


def test_a_row_that_is_given_up_is_condemned(ingested: DiskLake) -> None:
    summary = promoted(ingested, ingested.retry([fix(waiting(ingested, "T3"))], ACCEPT))
    assert (summary.counts.condemned, summary.errors) == (1, {})
    entry = waiting(ingested, "T3")
    assert (entry["state"], entry["attempt_count"]) == ("condemned", 0)
    assert entry["retry_history"][-1]["changed"] == "given up: because"


def test_the_same_wish_again_changes_nothing(ingested: DiskLake) -> None:
    wishes = [fix(waiting(ingested, "T2"), TransactionAmount="5"), fix(waiting(ingested, "T3"), TransactionAmount="5")]
    promoted(ingested, ingested.retry(wishes))
    before = (ingested.entries(), ingested.current_silver())
    summary = promoted(ingested, ingested.retry(wishes))
    assert (summary.counts.input, summary.counts.outside, summary.quarantine) == (2, 2, ())
    assert (ingested.entries(), ingested.current_silver()) == before


def test_without_a_correction_only_other_rules_are_a_reason(lake: DiskLake) -> None:
    under = strict(lake)
    under.ingest_and_promote(csv(row("T1"), row("T22")))
    entry = waiting(under, "T22")
    same = promoted(under, under.retry([fix(entry)]))
    assert (same.counts.outside, same.counts.valid) == (1, 0)
    summary = promoted(lake, lake.retry([fix(entry)]))
    assert (summary.counts.valid, silver_ids(lake)) == (1, ["T1", "T22"])
    assert waiting(lake, "T22")["rule_set"] != entry["rule_set"]


def test_a_row_that_is_in_silver_already_is_a_duplicate_and_a_taken_key_a_conflict(ingested: DiskLake) -> None:
    same = dict(zip(ingested.contract().header, row("T1").split(","), strict=True))
    other = {**same, "TransactionAmount": "99"}
    summary = promoted(
        ingested, ingested.retry([fix(waiting(ingested, "T2"), **same), fix(waiting(ingested, "T3"), **other)])
    )
    assert (summary.counts.duplicate, summary.counts.quarantined, summary.worsened) == (1, 1, 1)
    assert waiting(ingested, "T2")["state"] == "duplicate"
    assert [each["code"] for each in waiting(ingested, "T3")["errors"]] == ["KEY_CONFLICT"]
    assert silver_ids(ingested) == ["T1"]


def test_two_rows_that_are_corrected_to_the_same_key_do_not_both_become_silver(ingested: DiskLake) -> None:
    wishes = [
        fix(waiting(ingested, name), TransactionID="T9", TransactionAmount="5", Currency="EUR") for name in ("T2", "T3")
    ]
    summary = promoted(ingested, ingested.retry(wishes))
    assert (summary.counts.valid, summary.counts.duplicate) == (1, 1)
    assert silver_ids(ingested) == ["T1", "T9"]


def test_corrections_that_make_things_worse_are_refused(ingested: DiskLake) -> None:
    before = ingested.entries()
    summary = ingested.retry([fix(waiting(ingested, "T2"), Currency="EURO", CustomerID="")])
    (reason,) = read_run_summary(ingested.lake, RunId(summary.run_id), "silver").reasons
    assert "make things worse: 1 rows have a new error, 0 are valid" in reason
    assert ingested.entries() == before


def test_a_record_delivered_again_joins_the_history_of_the_row_that_waits(ingested: DiskLake) -> None:
    again = ingested.ingest_and_promote(csv(row("T2", "1e5"), row("T7", "1e5")), day=NEXT_DAY)
    assert (again.counts.quarantined, again.counts.duplicate) == (1, 1)
    entry = waiting(ingested, "T2")
    assert (entry["state"], entry["attempt_count"], entry["revision"]) == ("open", 0, 1)
    assert entry["retry_history"][-1]["changed"].startswith("delivered again in source ")
    assert [each["raw_record"][:2] for each in ingested.held(NEXT_DAY).values()] == ["T7"]
    # the row is as it was, so a correction made before still fits it
    promoted(ingested, ingested.retry([fix(entry, TransactionAmount="1")]))
    assert silver_ids(ingested) == ["T1", "T2"]
    third = ingested.ingest_and_promote(csv(row("T2", "1e5")), day=NEXT_DAY)
    assert (third.counts.quarantined, third.counts.duplicate) == (0, 1)
    assert waiting(ingested, "T2")["state"] == "recovered"


def test_a_replacement_takes_corrected_rows_over(lake: DiskLake) -> None:
    source = lake.deliver(csv(row("T1"), row("T2", "1e5"), row("T3", "x")))
    lake.promote(lake.run([source]))
    promoted(lake, lake.retry([fix(waiting(lake, "T2"), TransactionAmount="5")]))
    summary = promoted(lake, lake.run([source], months=["2024-03"]))
    assert (summary.carried, summary.counts.valid, summary.counts.duplicate) == (1, 1, 2)
    assert silver_ids(lake) == ["T1", "T2"]
    assert lake.current_silver()[1]["amount"] == 5
    assert {each["raw_record"][:2]: each["state"] for each in lake.held().values()} == {"T2": "recovered", "T3": "open"}


def test_a_row_that_the_rules_let_in_and_out_again_is_open_again(lake: DiskLake) -> None:
    under = strict(lake)
    source = under.deliver(csv(row("T1"), row("T22")))
    under.promote(under.run([source]))
    promoted(lake, lake.run([source], months=["2024-03"]))
    assert (waiting(lake, "T22")["state"], silver_ids(lake)) == ("recovered", ["T1", "T22"])
    summary = promoted(under, under.run([source], months=["2024-03"]))
    assert (summary.counts.quarantined, summary.counts.valid) == (1, 1)
    assert (waiting(lake, "T22")["state"], waiting(lake, "T22")["revision"], silver_ids(lake)) == ("open", 2, ["T1"])


def test_a_later_contract_judges_and_the_row_stays_in_the_version_of_its_source(lake: DiskLake) -> None:
    lake.ingest_and_promote(csv(row("T0"), row("T1", "x")))
    newer = replace(lake.contract(), schema_version="v2")
    entry = waiting(lake, "T1")
    summary = promoted(lake.with_contract(newer), lake.with_contract(newer).retry([fix(entry, TransactionAmount="1")]))
    (file,) = (file for part in summary.partitions for file in part.files)
    assert "/schema_v=v1/" in file.uri


def test_what_an_erased_row_held_is_gone_and_the_others_are_as_they_were(ingested: DiskLake) -> None:
    promoted(ingested, ingested.retry([fix(waiting(ingested, "T2"), TransactionAmount="secret")]))
    promoted(ingested, ingested.retry([fix(waiting(ingested, "T4"))], ACCEPT))
    promoted(ingested, ingested.retry([fix(waiting(ingested, "T2"))], ACCEPT))
    gone, before = waiting(ingested, "T2"), ingested.entries()
    summary = promoted(ingested, ingested.retry([fix(gone), fix(waiting(ingested, "T3"))], ERASE, approved_by="bob"))

    assert (summary.counts.input, summary.counts.erased, summary.counts.outside) == (2, 1, 1)
    assert [each for each in ingested.entries() if each["row_id"] != gone["row_id"]] == [
        each for each in before if each["row_id"] != gone["row_id"]
    ]
    (left,) = (each for each in ingested.entries() if each["row_id"] == gone["row_id"])
    assert (left["state"], left["previous_state"], left["revision"]) == ("erased", None, 3)
    assert (left["raw_record"], left["fields"], left["errors"]) == (None, None, [])
    assert left["row_hash"] == gone["row_hash"]
    told = [(each["by"], each["changed"]) for each in left["retry_history"]]
    assert told == [("delivery", ""), ("ann", ""), ("ann", ""), ("ann", "erased, approved by bob: because")]
    assert "secret" not in str(ingested.entries())
    again = promoted(ingested, ingested.retry([fix(gone)], ERASE, approved_by="bob"))
    assert (again.counts.erased, again.counts.outside) == (0, 1)


def test_an_erased_row_does_not_come_back(lake: DiskLake) -> None:
    under = strict(lake)
    source = under.deliver(csv(row("T1"), row("T22")))
    under.promote(under.run([source]))
    promoted(under, under.retry([fix(waiting(under, "T22"))], ACCEPT))
    promoted(under, under.retry([fix(waiting(under, "T22"))], ERASE, approved_by="bob"))
    # delivered once more under the rules that refused it, then read again under rules that let it in
    again = under.ingest_and_promote(csv(row("T1"), row("T22")), day=NEXT_DAY)
    assert (again.counts.quarantined, again.counts.duplicate) == (0, 2)
    promoted(lake, lake.run([source], months=["2024-03"]))
    assert silver_ids(lake) == ["T1"]
    (first, second) = lake.entries()
    assert (first["state"], second["state"], second["raw_record"], second["fields"]) == ("erased", "erased", None, None)
    assert second["retry_history"][-1]["changed"].startswith("delivered again in source ")
