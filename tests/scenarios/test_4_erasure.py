"""Scenario 4, the end of a row: what a condemned row held is erased by two people, and nothing brings it back."""

from pathlib import Path
from typing import Any

import pytest

from assay import collection, condemned, rollback
from assay.console import CommandError
from assay.target import Target
from lake.errors import InvalidRequestError
from lake.rules.release import APPROVED
from tests.scenarios import pipeline
from tests.scenarios.pipeline import number, outcome, query
from tests.scenarios.steward import export, run, save, somebody_else

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1800)]

OLD, YOUNG, MONTH = "2016-07-01", "2024-08-05", "2024-08"
SECRET = "Jane Doe 0170 1234"
Told = dict[str, Any]


def delivered(target: Target, folder: Path, name: str, day: str) -> tuple[str, Told]:
    """A file with two bad rows, of which one holds what somebody wants to be forgotten; the row's id, the run."""
    rows = [
        [f"{name}-BAD", SECRET, "x", "EUR", f"{day}T10:00:00Z"],
        [f"{name}-OTHER", "A", "y", "EUR", f"{day}T10:00:00Z"],
    ]
    good = pipeline.rows_for(MONTH, 100, name)
    story = pipeline.run_file(target, pipeline.write_csv(folder / f"{name}.csv", [*good, *rows]), day)
    assert outcome(story) == "succeeded"
    source = str(story["sources"][0]["source_id"])
    found = run("list", "--source", source, "--limit", "10")
    return next(each["row_id"] for each in found if SECRET in each["raw_record"]), story


def entries(target: Target, row_id: str) -> list[list[str | None]]:
    """What quarantine says of a row, first to last."""
    sql = f"""
        SELECT state, raw_record, CAST(CARDINALITY(MAP_KEYS(fields)) AS VARCHAR) FROM transactions_quarantine_history
        WHERE row_id = '{row_id}' ORDER BY revision"""
    return query(target, sql)


def objects(target: Target, day: str) -> set[str]:
    """Files of a day of quarantine, and every correction."""
    found = pipeline.objects(target, "quarantine", "transactions/")
    return {key for key in found if (f"ingest_date={day}/" in key and "/runs/" in key) or "/corrections/" in key}


def test_rows_that_the_contract_keeps_no_longer_are_erased_by_two_people(target: Target, tmp_path: Path) -> None:
    row_id, first = delivered(target, tmp_path, "ERASE", OLD)
    young, _ = delivered(target, tmp_path, "KEEP", YOUNG)
    line = next(
        each for each in export(first["sources"][0]["source_id"], tmp_path / "all.csv") if row_id in each["row_id"]
    )
    run("retry", str(save(tmp_path / "vain.csv", [{**line, "TransactionAmount": "not known"}])))
    run("accept", "--ids", f"{row_id},{young}", "--reason", "nobody knows")
    held = objects(target, OLD)

    wish = run("erase", "--expired", "--reason", "seven years are over", group="condemned")
    assert (wish["action"], wish["rows"] >= 1) == ("erase", True)
    assert young not in {each.row_id for each in condemned.of_request(target, "transactions", wish["name"])}
    assert pipeline.mails_about(target, "wait to be erased", wish["name"])
    with pytest.raises(CommandError, match="somebody else has to answer it"):
        condemned.answer(target, "transactions", wish["name"], APPROVED, "I am sure")
    answer = condemned.answer(somebody_else(target), "transactions", wish["name"], APPROVED, "so it is")
    assert condemned.carry_out(target, answer, quiet=True)["counts"]["erased"] == wish["rows"]

    assert entries(target, row_id) == [["erased", None, None]]
    assert [state for state, *_ in entries(target, young)] == ["open", "condemned"]
    assert (
        number(target, "SELECT COUNT(*) FROM transactions_quarantine_history WHERE raw_record LIKE '%ERASE-BAD%'") == 0
    )
    assert number(target, f"SELECT COUNT(*) FROM transactions_quarantine WHERE ingest_date = '{OLD}'") == 1
    story = run("show", row_id)
    assert story["state"] == "erased" and SECRET not in str(story)
    assert story["row"]["retry_history"][-1]["changed"].startswith("erased, approved by ")
    assert run("check") == []
    _nothing_brings_it_back(target, tmp_path, row_id, str(first["run"]))
    _what_held_it_is_deleted(target, held)


def _nothing_brings_it_back(target: Target, folder: Path, row_id: str, first: str) -> None:
    again = pipeline.run_file(target, folder / "ERASE.csv", "2016-07-02")
    assert pipeline.counts(again)["quarantined"] == 0
    assert entries(target, row_id)[-1] == ["erased", None, None]
    details = rollback.order_details(first, [f"ingest_date={OLD}", "year=2024/month=08"], "", "take it all back")
    with pytest.raises(InvalidRequestError, match="which erased rows of quarantine"):
        rollback.roll_back(target, "transactions", details, dry_run=True, quiet=True)


def _what_held_it_is_deleted(target: Target, held: set[str]) -> None:
    found = collection.collect(target, "transactions", 10, 0, delete=True)
    deleted = {key for each in found for key in each.keys}
    gone = {key for key in held if "/runs/" in key}
    assert gone and gone <= deleted
    assert any("/corrections/" in key for key in deleted)
    assert not gone & objects(target, OLD)
    assert run("check") == []
