"""Scenario 4, what a steward does: correct rows, try them again, and what becomes of those that nobody can save."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from assay import condemned
from assay.console import CommandError
from assay.sample import HEADER, Truth, write_sample
from assay.target import Target
from lake.rules.release import APPROVED
from lake.rules.spreadsheet import unescape
from tests.scenarios import pipeline
from tests.scenarios.pipeline import number, outcome, query
from tests.scenarios.steward import (
    complaint,
    corrected,
    export,
    run,
    run_quietly,
    save,
    somebody_else,
    states,
    still_wrong,
)

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(1800)]

DAY = "2024-07-03"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    """The generated sample, with a seed of its own and every kind of bad row."""
    file = tmp_path_factory.mktemp("retry") / "retry.csv"
    truth = write_sample(file, 2_000, seed=45)
    file.write_text(file.read_text().replace("TX-2024", "RETRY"))
    return file, truth


@pytest.fixture(scope="module")
def source(target: Target, sample: tuple[Path, Truth]) -> str:
    """The source that brought the sample."""
    found = pipeline.run_file(target, sample[0], DAY)
    assert outcome(found) == "succeeded"
    return str(found["sources"][0]["source_id"])


def test_the_corrected_half_is_in_silver_and_the_other_half_counts_one_attempt(
    target: Target, sample: tuple[Path, Truth], source: str, tmp_path: Path
) -> None:
    before = number(target, "SELECT COUNT(*) FROM transactions")
    lines = export(source, tmp_path / "all.csv")
    assert len(lines) == sample[1].quarantined
    half = len(lines) // 2
    fixed = [corrected(place, line) for place, line in enumerate(lines[:half])]
    wrong = [still_wrong("one hundred", line) for line in lines[half:]]
    file = save(tmp_path / "fix.csv", [*fixed, *wrong])

    told = run("retry", str(file))

    assert told["outcome"] == "succeeded"
    assert (told["counts"]["valid"], told["counts"]["quarantined"]) == (len(fixed), len(wrong))
    assert number(target, "SELECT COUNT(*) FROM transactions") == before + half
    amount = query(target, "SELECT SUM(amount) FROM transactions WHERE transaction_id LIKE 'RETRY-FIXED-%'")[0][0]
    assert Decimal(str(amount)) == sum((Decimal(line["TransactionAmount"]) for line in fixed), Decimal(0))
    names = {row[0] for row in query(target, "SELECT row_id FROM transactions WHERE attempt_count > 0")}
    assert names >= {unescape(line["row_id"]) for line in fixed}
    assert states(target, source, DAY) == {"open": len(wrong), "recovered": half}
    attempts = query(target, f"SELECT DISTINCT attempt_count FROM transactions_quarantine WHERE source_id = '{source}'")
    assert attempts == [["1"]]
    assert run("check") == []
    # the same file once more: nothing of it is as it was when it was exported
    assert "is no longer open, it is recovered" in complaint("retry", str(file))
    assert "it was tried since, export it again" in complaint("retry", str(save(file, wrong)))


@pytest.mark.long
def test_the_third_failure_condemns_and_two_people_bring_one_back(target: Target, source: str, tmp_path: Path) -> None:
    waiting = states(target, source, DAY)["open"]
    for text in ("two hundred", "three hundred"):
        lines = [still_wrong(text, line) for line in export(source, tmp_path / "rest.csv")]
        told = run("retry", str(save(tmp_path / "again.csv", lines)))
        assert told["outcome"] == "succeeded"
    assert told["counts"]["condemned"] == waiting
    assert states(target, source, DAY).keys() == {"condemned", "recovered"}
    row_id = run("list", "--source", source, "--limit", "1", group="condemned")["rows"][0]["row_id"]

    request = run("request", "--ids", row_id, "--reason", "the producer knows the amount", group="condemned")
    assert pipeline.mails_about(target, "Approval needed for transactions", request["name"])
    with pytest.raises(CommandError, match="somebody else has to answer it"):
        condemned.answer(target, "transactions", request["name"], APPROVED, "I am sure")
    other = somebody_else(target)
    name = condemned.name_of(other, "transactions", [row_id])
    assert name == request["name"]
    answer = condemned.answer(other, "transactions", name, APPROVED, "seen the invoice")
    assert condemned.carry_out(target, answer, quiet=True)["outcome"] == "succeeded"

    (line,) = export(source, tmp_path / "released.csv")
    assert unescape(line["row_id"]) == row_id
    told = run("retry", str(save(tmp_path / "last.csv", [corrected(9_999, line)])))
    assert told["counts"]["valid"] == 1
    assert run("check") == []

    story = run("show", row_id)
    assert story["state"] == "in silver"
    changes = [each["changed"] for each in story["row"]["retry_history"]]
    assert len(changes) == 6
    assert "one hundred" in changes[1] and "three hundred" in changes[3]
    assert changes[4].startswith("released, approved by ") and "10000.25" in changes[5]
    assert [each["kind"] for each in story["runs"]] == ["event", "retry", "retry", "retry", "release", "retry"]


@pytest.mark.long
def test_two_stewards_at_once_move_each_row_once(target: Target, tmp_path: Path) -> None:
    rows = [[f"TWO-{n}", "A", "x", "EUR", "2024-03-05T10:00:00Z"] for n in range(6)]
    good = pipeline.rows_for("2024-03", 200, "TWOGOOD")
    story = pipeline.run_file(target, pipeline.write_csv(tmp_path / "two.csv", [*good, *rows], HEADER), DAY)
    source = str(story["sources"][0]["source_id"])
    lines = export(source, tmp_path / "all.csv")
    sheets = [
        save(tmp_path / f"{name}.csv", [{**line, "TransactionAmount": amount} for line in part])
        for name, amount, part in (("ann", "1.00", lines[:4]), ("bob", "2.00", lines[2:]))
    ]
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda file: run_quietly(target, file), sheets))
    assert sorted(each["outcome"] for each in told) == ["succeeded", "succeeded"]
    assert sorted(each["counts"]["outside"] for each in told) == [0, 2]
    found = query(target, "SELECT transaction_id FROM transactions WHERE transaction_id LIKE 'TWO-%'")
    assert sorted(str(row[0]) for row in found) == [f"TWO-{n}" for n in range(6)]
    assert states(target, source, DAY) == {"recovered": 6}


@pytest.mark.long
def test_a_file_that_makes_things_worse_is_refused_and_mailed(target: Target, tmp_path: Path) -> None:
    rows = [["WORSE-1", "A", "x", "EUR", "2024-03-05T10:00:00Z"]]
    good = pipeline.rows_for("2024-03", 100, "WORSEGOOD")
    story = pipeline.run_file(target, pipeline.write_csv(tmp_path / "worse.csv", [*good, *rows], HEADER), DAY)
    source = str(story["sources"][0]["source_id"])
    (line,) = export(source, tmp_path / "all.csv")
    file = save(tmp_path / "bad.csv", [{**line, "Currency": "EURO", "CustomerID": ""}])
    assert "the run was refused" in complaint("retry", str(file))
    assert pipeline.mails_about(target, "make things worse")
    assert states(target, source, DAY) == {"open": 1}
    # the row did not lose an attempt, so the same file may be corrected
    told = run("retry", str(save(file, [{**line, "TransactionAmount": "1.00"}])))
    assert told["counts"]["valid"] == 1


def test_a_damaged_file_is_told_line_by_line_and_nothing_runs(target: Target, tmp_path: Path) -> None:
    rows = [[f"SHEET-{n}", "Zoë", "x", "EUR", "2024-03-05T10:00:00Z"] for n in range(3)]
    good = pipeline.rows_for("2024-03", 200, "SHEETGOOD")
    story = pipeline.run_file(target, pipeline.write_csv(tmp_path / "s.csv", [*good, *rows], HEADER), DAY)
    source = str(story["sources"][0]["source_id"])
    one, two, three = export(source, tmp_path / "all.csv")
    runs = pipeline.run_ids(target)
    damaged = [
        {**one, "row_id": "'" + "0" * 16 + "-" + "0" * 24},
        {**two, "CustomerID": "ZoÃ«", "TransactionAmount": "1"},
        {**three, "source_id": "'" + "0" * 16, "TransactionAmount": "1"},
    ]
    told = complaint("retry", str(save(tmp_path / "damaged.csv", damaged)))
    assert [line.partition(": ")[2][:6] for line in told.splitlines()] == ["line 2", "line 3", "line 4"]
    assert "UTF-8 opened as another character set" in told and "source_id was edited" in told
    assert pipeline.run_ids(target) == runs
