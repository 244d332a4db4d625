"""Scenario 4 on real input: a month of purchase cards with every kind of bad row, corrected half and half."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assay import condemned
from assay.__main__ import app
from assay.target import Target
from lake.rules.release import APPROVED
from lake.rules.spreadsheet import unescape
from tests.scenarios import pipeline
from tests.scenarios.pipeline import HEADER, outcome, query
from tests.scenarios.spoiled import Spoiled, spoil
from tests.scenarios.steward import Sheet, export, run, save, somebody_else, states, still_wrong

pytestmark = [
    pytest.mark.stack,
    pytest.mark.real_input,
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.timeout(1800),
]

DAY = "2017-03-29"


@pytest.fixture(scope="module")
def spoiled(purchase_cards: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Spoiled:
    """The first month; one row in fifty is bad."""
    return spoil(purchase_cards[0], tmp_path_factory.mktemp("real") / "cards.csv", "spoiled-", every=50)


@pytest.fixture(scope="module")
def source(target: Target, spoiled: Spoiled) -> str:
    """The source that brought it."""
    story = pipeline.run_file(target, spoiled.file, DAY)
    assert outcome(story) == "succeeded"
    assert pipeline.counts(story)["valid"] == len(spoiled.rows)
    assert story["summary"]["errors"] == dict(spoiled.errors)
    return str(story["sources"][0]["source_id"])


def waiting(source: str) -> dict[str, str]:
    """The raw record of each row that waits."""
    rows: list[dict[str, Any]] = run("list", "--source", source, "--limit", "1000")
    return {each["row_id"]: each["raw_record"] for each in rows}


def restored(spoiled: Spoiled, line: dict[str, str], record: str) -> dict[str, str]:
    """A line as it was before it was spoiled."""
    return {**line, **dict(zip(HEADER, spoiled.original(record), strict=True))}


def in_silver(target: Target, source: str, attempts: str = ">= 0") -> tuple[set[str], Decimal]:
    """Names and total of what silver has of a source."""
    where = f"source_id = '{source}' AND attempt_count {attempts}"
    rows = query(target, f"SELECT row_id, amount FROM transactions WHERE {where}")
    return {str(name) for name, _ in rows}, sum((Decimal(str(amount)) for _, amount in rows), Decimal())


def test_half_is_restored_and_the_rest_is_condemned_at_the_third_failure(
    target: Target, spoiled: Spoiled, source: str, tmp_path: Path
) -> None:
    records, lines = waiting(source), export(source, tmp_path / "all.csv")
    assert len(lines) == len(records) == sum(spoiled.errors.values())
    assert set(spoiled.errors) >= {"MISSING_VALUE", "BAD_TYPE", "KEY_CONFLICT", "MALFORMED_RECORD", "AMOUNT_SCALE"}
    good = [restored(spoiled, line, records[unescape(line["row_id"])]) for line in lines[::2]]
    told = run("retry", str(save(tmp_path / "fix.csv", [*good, *_wrong(lines[1::2], "one hundred")])))

    assert (told["counts"]["valid"], told["counts"]["quarantined"]) == (len(good), len(lines) - len(good))
    total = sum((Decimal(line["TransactionAmount"]) for line in good), Decimal())
    assert in_silver(target, source, "= 1") == ({unescape(line["row_id"]) for line in good}, total)
    attempts = query(target, f"SELECT attempt_count FROM transactions_quarantine WHERE source_id = '{source}'")
    assert Counter(str(each[0]) for each in attempts) == {"1": len(lines) - len(good)}
    for text in ("two hundred", "three hundred"):
        run("retry", str(save(tmp_path / "again.csv", _wrong(export(source, tmp_path / "rest.csv"), text))))
    assert states(target, source, DAY) == {"recovered": len(good), "condemned": len(lines) - len(good)}
    gone = sum((Decimal(spoiled.original(records[unescape(line["row_id"])])[2]) for line in lines[1::2]), Decimal())
    assert in_silver(target, source)[1] == spoiled.amount - gone
    assert run("check") == []


def test_one_comes_back_and_tells_its_whole_story(
    target: Target, spoiled: Spoiled, source: str, tmp_path: Path
) -> None:
    before = in_silver(target, source)[1]
    row = run("list", "--source", source, "--limit", "1", group="condemned")["rows"][0]
    wish = run("request", "--ids", row["row_id"], "--reason", "the bank has the record", group="condemned")
    answer = condemned.answer(somebody_else(target), "transactions", wish["name"], APPROVED, "seen it")
    assert condemned.carry_out(target, answer, quiet=True)["outcome"] == "succeeded"
    (line,) = export(source, tmp_path / "released.csv")
    assert unescape(line["row_id"]) == row["row_id"]
    run("retry", str(save(tmp_path / "last.csv", [restored(spoiled, line, row["raw_record"])])))
    assert in_silver(target, source)[1] == before + Decimal(spoiled.original(row["raw_record"])[2])

    told = CliRunner().invoke(app, ["quarantine", "show", row["row_id"]]).stdout
    tries = ("by delivery", "one hundred", "two hundred", "three hundred", "released, approved by", "→")
    for each in ("in silver", "cards.csv", row["raw_record"], *tries, "the bank has the record", "retry", "release"):
        assert each in told, f"{each} is not told:\n{told}"
    assert run("check") == []


def _wrong(lines: Sheet, text: str) -> Sheet:
    return [still_wrong(text, line) for line in lines]
