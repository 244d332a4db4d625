"""Scenario 1 on real input: four months of a city's purchase cards, delivered on four days."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from assay.target import Target
from tests.scenarios import pipeline
from tests.scenarios.pipeline import counts, number, outcome

pytestmark = [pytest.mark.stack, pytest.mark.real_input, pytest.mark.slow, pytest.mark.timeout(1800)]


def test_four_deliveries_close_and_balances_agree_with_the_files(target: Target, purchase_cards: list[Path]) -> None:
    for position, file in enumerate(purchase_cards):
        story = pipeline.run_file(target, file, file.parent.name.removeprefix("ingest_date="))
        assert outcome(story) == "succeeded"
        assert counts(story)["input"] == _records(file)
        assert counts(story)["quarantined"] == 0
        _months_hold_what_was_delivered(target, purchase_cards[: position + 1])
        pipeline.balances_agree(target, "card-%", purchase_cards[: position + 1])


def test_late_rows_change_their_month_and_the_months_after_it(target: Target, purchase_cards: list[Path]) -> None:
    months = _months(purchase_cards)
    late = [month for month in months if month < "2017-03"]
    assert late, "the files hold rows from before their period"
    for month in late:
        year, number_of_month = int(month[:4]), int(month[5:])
        where = f"year = {year} AND month = {number_of_month} AND transaction_id LIKE 'BCC-%'"
        assert number(target, f"SELECT count(*) FROM transactions WHERE {where}") == months[month]


def _months_hold_what_was_delivered(target: Target, files: list[Path]) -> None:
    found = pipeline.query(
        target, "SELECT year, month, count(*) FROM transactions WHERE transaction_id LIKE 'BCC-%' GROUP BY year, month"
    )
    held = {f"{int(str(year)):04d}-{int(str(month)):02d}": int(str(rows)) for year, month, rows in found}
    assert held == dict(_months(files))


def _months(files: list[Path]) -> Counter[str]:
    return Counter(row["TransactionTimestamp"][:7] for file in files for row in _rows(file))


def _records(file: Path) -> int:
    return sum(1 for _ in _rows(file))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))
