"""Scenario 2 on real input: one of four deliveries met a rule that was too strict; its month is repaired, no other."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from assay import backfills
from assay.target import Target
from lake.rules import layout
from lake.rules.approval import APPROVED
from tests.scenarios import pipeline
from tests.scenarios.deployment import contract_changed
from tests.scenarios.pipeline import counts, number, outcome
from tests.scenarios.test_2_backfill import SANE, ended, everything, moved, silver, state, waiting

# five runs over thousands of rows: test_2_backfill.py says the same of a few, test_1_real_input.py takes these files in
pytestmark = [
    pytest.mark.stack,
    pytest.mark.real_input,
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.timeout(1800),
]

DAYS = ("2017-03-28", "2017-04-28", "2017-05-28", "2017-06-28")
MONTH, PARTITION = "2017-04", "year=2017/month=04"
CARD = "fix-7710"


def without_a_card(contract: str) -> str:
    """A contract under which one card's number is a bad one."""
    return contract.replace(SANE, rf"'^(?!{CARD}$)[^\p{{Cntrl}}]+$'")


@pytest.fixture
def files(purchase_cards: list[Path], tmp_path: Path) -> list[Path]:
    """The four months of real rows under ids of their own, so that other scenarios do not meet them."""
    for file in purchase_cards:
        (tmp_path / file.name).write_text(file.read_text().replace("BCC-", "FIX-").replace("card-", "fix-"))
    return sorted(tmp_path.iterdir())


def test_the_rows_of_one_delivery_come_back_and_only_its_month_moves(target: Target, files: list[Path]) -> None:
    spoilt = _deliver(target, files)
    mine = [row for row in _rows(files[1:2]) if row["CustomerID"] == CARD]
    assert spoilt == len(mine) == sum(row["TransactionTimestamp"].startswith(MONTH) for row in mine) > 0
    before = everything(target)

    backfill = backfills.plan(target, "transactions", MONTH, "a card number was refused by mistake")
    run_id = backfills.start(target, backfill.backfill_id)
    waiting(target, backfill, "start")
    backfills.answer(target, backfill.backfill_id, APPROVED, "looked at the plan")
    waiting(target, backfill, "comparison")
    assert list(moved(before, everything(target))) == []
    backfills.answer(target, backfill.backfill_id, APPROVED, f"{spoilt} rows come back, as expected")

    assert (outcome(ended(target, run_id)), state(target, backfill)) == ("succeeded", "promoted")
    _months_hold_every_row(target, files)
    pipeline.balances_agree(target, "fix-%", files)
    _nothing_else_moved(target, before)


def _deliver(target: Target, files: list[Path]) -> int:
    """All four, the second under the rule that is too strict; how many rows it cost."""
    spoilt = 0
    for position, (file, day) in enumerate(zip(files, DAYS, strict=True)):
        if position == 1:
            with contract_changed(target, without_a_card):
                story = pipeline.run_file(target, file, day)
        else:
            story = pipeline.run_file(target, file, day)
        assert outcome(story) == "succeeded"
        spoilt += counts(story)["quarantined"]
    return spoilt


def _months_hold_every_row(target: Target, files: list[Path]) -> None:
    for month, rows in Counter(row["TransactionTimestamp"][:7] for row in _rows(files)).items():
        where = f"year = {int(month[:4])} AND month = {int(month[5:])} AND transaction_id LIKE 'FIX-%'"
        assert number(target, f"SELECT count(*) FROM transactions WHERE {where}") == rows
    assert number(target, f"SELECT count(*) FROM transactions_quarantine WHERE ingest_date = '{DAYS[1]}'") == 0


def _nothing_else_moved(target: Target, before: dict[str, dict[str, str]]) -> None:
    held = layout.quarantine_place(target.bucket("quarantine"), "transactions")
    own = (
        f"silver/{silver(target).current_prefix}{PARTITION}/",
        f"silver/transactions/schema_v=v1/current/{PARTITION}/",
        f"silver/transactions/schema_v=v2/current/{PARTITION}/",
        f"quarantine/{held.current_prefix}ingest_date={DAYS[1]}/",
    )
    for key in moved(before, everything(target)):
        gold = re.match(r"gold/.*/current/as_of_month=(\d{4}-\d\d)/", key)
        assert key.startswith(own) or (gold and gold[1] >= MONTH), key


def _rows(files: list[Path]) -> list[dict[str, str]]:
    return [row for file in files for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())]
