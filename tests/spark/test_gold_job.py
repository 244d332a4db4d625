"""The gold job against balances and activity worked out in plain Python."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from lake.rules import layout, partition
from lake.rules.layout import Place
from lake.rules.run import RunId
from lake.rules.summary import REPLACE, Base, PartitionFiles, RunSummary
from lake.steps.current import current_partitions, read_pointer
from lake.steps.promote_partition import promote_partition
from tests.spark.disk_lake import DiskLake, csv, row

pytestmark = pytest.mark.spark

Key = tuple[str, str, str]
Line = tuple[str, str, str, str, str]


@dataclass
class Ledger:
    """What was delivered so far, and what must be in gold because of it. No part of the pipeline."""

    lines: list[Line] = field(default_factory=list)

    def add(self, *lines: Line) -> str:
        """Note lines; returns their file."""
        self.lines += lines
        return csv(*(row(key, amount, at, account, currency) for key, account, amount, currency, at in lines))

    def balances(self) -> dict[Key, tuple[Any, ...]]:
        """Opening, net, closing, transactions and newest moment, for every account and month from its first on."""
        months = self._months()
        found: dict[Key, tuple[Any, ...]] = {}
        for account, by_month in self._by_account().items():
            closing, newest = Decimal(0), None
            for month in months:
                here = by_month.get(month, [])
                if newest is None and not here:
                    continue
                net = sum((amount for amount, _ in here), Decimal(0))
                newest = max([*(at for _, at in here), *([newest] if newest else [])])
                found[*account, month] = (closing, net, closing + net, len(here), newest)
                closing += net
        return found

    def activity(self) -> dict[Key, tuple[Any, ...]]:
        """Count, debits, credits, net, largest, first and last of every account and month with transactions."""
        return {
            (*account, month): (
                len(here),
                sum((amount for amount, _ in here if amount > 0), Decimal(0)),
                sum((amount for amount, _ in here if amount < 0), Decimal(0)),
                sum(amount for amount, _ in here),
                max(amount for amount, _ in here),
                min(at for _, at in here),
                max(at for _, at in here),
            )
            for account, by_month in self._by_account().items()
            for month, here in by_month.items()
        }

    def _by_account(self) -> dict[tuple[str, str], dict[str, list[tuple[Decimal, datetime]]]]:
        found: dict[tuple[str, str], dict[str, list[tuple[Decimal, datetime]]]] = defaultdict(lambda: defaultdict(list))
        for _, account, amount, currency, at in self.lines:
            moment = datetime.fromisoformat(at).replace(tzinfo=None)
            found[account, currency][at[:7]].append((Decimal(amount), moment))
        return found

    def _months(self) -> list[str]:
        known = [line[4][:7] for line in self.lines]
        return partition.months_between(min(known), max(known))


def in_gold(lake: DiskLake, dataset: str) -> dict[Key, tuple[Any, ...]]:
    """Every row that is current, by account, currency and month; each must be there once."""
    place = gold_place(lake, dataset)
    found: dict[Key, tuple[Any, ...]] = {}
    for name in current_partitions(lake.lake.store, place):
        pointer = read_pointer(lake.lake.store, place, name)
        assert pointer is not None
        for each in lake.spark.read.parquet(*pointer.uris).collect() if pointer.uris else []:
            key = (each["account_id"], each["currency"], partition.month_of(name))
            assert key not in found
            found[key] = tuple(each)[2:]
    return found


def gold_place(lake: DiskLake, dataset: str) -> Place:
    return layout.table_place(lake.buckets.gold, dataset, "v1")


def through_gold(lake: DiskLake, body: str) -> dict[str, RunSummary]:
    """One whole run: silver, promotion, gold, promotion."""
    return gold_of(lake, lake.ingest_and_promote(body))


def replaced(lake: DiskLake, body: str, *months: str) -> dict[str, RunSummary]:
    """One whole run that replaces months by what this file holds of them."""
    summary = lake.run([lake.deliver(body)], months=months)
    lake.promote(summary)
    return gold_of(lake, summary)


def gold_of(lake: DiskLake, summary: RunSummary) -> dict[str, RunSummary]:
    gold = lake.build_gold(summary.run_id)
    lake.promote_gold(summary.run_id)
    return gold


def months(summary: RunSummary) -> list[str]:
    return [partition.month_of(part.partition) for part in summary.partitions]


def test_gold_is_right_after_every_run(lake: DiskLake) -> None:
    """A first load, months without anything, late rows, a new account in an old month, and a run without news."""
    ledger = Ledger()

    def check(summaries: dict[str, RunSummary], balances: list[str], activity: list[str]) -> None:
        assert in_gold(lake, "account_balances") == ledger.balances()
        assert in_gold(lake, "monthly_activity") == ledger.activity()
        assert months(summaries["account_balances"]) == balances
        assert months(summaries["monthly_activity"]) == activity

    first = ledger.add(
        ("T1", "A", "10.50", "EUR", "2023-12-31T23:59:59Z"),
        ("T2", "A", "-20.25", "EUR", "2024-01-01T00:00:00Z"),
        ("T3", "A", "5", "USD", "2024-01-15T12:00:00Z"),
        ("T4", "B", "0.01", "EUR", "2023-12-01T00:00:00Z"),
        ("T5", "B", "-0.01", "EUR", "2023-12-02T00:00:00Z"),
    )
    check(through_gold(lake, first), ["2023-12", "2024-01"], ["2023-12", "2024-01"])

    gap = ledger.add(
        ("T6", "A", "1.111", "KWD", "2024-04-01T00:00:00Z"), ("T7", "C", "7", "EUR", "2024-04-30T23:59:59Z")
    )
    check(through_gold(lake, gap), ["2024-02", "2024-03", "2024-04"], ["2024-04"])

    late = ledger.add(
        ("T8", "B", "100", "EUR", "2024-01-31T00:00:00Z"), ("T9", "D", "3", "EUR", "2024-02-01T00:00:00Z")
    )
    check(through_gold(lake, late), ["2024-01", "2024-02", "2024-03", "2024-04"], ["2024-01", "2024-02"])

    before_all = ledger.add(("T0", "E", "1", "EUR", "2023-10-01T00:00:00Z"))
    everything = ["2023-10", "2023-11", "2023-12", "2024-01", "2024-02", "2024-03", "2024-04"]
    check(through_gold(lake, before_all), everything, ["2023-10"])

    nothing_new = csv(row("T6", "1.1110", "2024-04-01T00:00:00Z", "A", "KWD"))
    check(through_gold(lake, nothing_new), [], [])


def test_closing_balances_are_the_next_months_opening_balances(lake: DiskLake) -> None:
    summaries = through_gold(lake, csv(*(row(f"T{n}", f"{n}.00", f"2024-0{n}-01T00:00:00Z") for n in (1, 3, 4))))
    rows = in_gold(lake, "account_balances")
    for earlier, later in pairwise(sorted(rows)):
        assert rows[earlier][2] == rows[later][0]
    totals = summaries["account_balances"].control_totals
    assert [(each.rows, each.expected_rows, each.amount, each.expected_amount) for each in totals] == [
        (1, 1, "1", "1"),
        (0, 0, "0", "0"),
        (1, 1, "3", "3"),
        (1, 1, "4", "4"),
    ]


def test_a_summary_names_what_was_read(lake: DiskLake) -> None:
    one = through_gold(lake, csv(row("T1", at="2024-01-01T00:00:00Z")))["account_balances"].run_id
    two = through_gold(lake, csv(row("T2", at="2024-02-01T00:00:00Z")))
    assert two["account_balances"].inputs == {
        "transactions/year=2024/month=02": f"00000001-{two['account_balances'].run_id}",
        "account_balances/as_of_month=2024-01": f"00000001-{one}",
    }
    assert two["monthly_activity"].inputs == {
        "transactions/year=2024/month=02": f"00000001-{two['monthly_activity'].run_id}"
    }
    assert two["monthly_activity"].columns == {
        each.name: each.type for each in lake.contract("monthly_activity").columns
    }


def test_gold_that_is_missing_is_built_with_the_next_run(lake: DiskLake) -> None:
    ledger = Ledger()
    lake.ingest_and_promote(ledger.add(("T1", "A", "1", "EUR", "2024-01-01T00:00:00Z")))
    summaries = through_gold(lake, ledger.add(("T2", "A", "2", "EUR", "2024-03-01T00:00:00Z")))
    assert months(summaries["account_balances"]) == ["2024-01", "2024-02", "2024-03"]
    assert in_gold(lake, "account_balances") == ledger.balances()
    assert in_gold(lake, "monthly_activity") == ledger.activity()


def test_a_month_that_lost_its_rows_is_replaced_by_nothing(lake: DiskLake) -> None:
    first = through_gold(lake, csv(row("T1", at="2024-01-01T00:00:00Z"), row("T2", at="2024-02-01T00:00:00Z")))
    run_id = first["monthly_activity"].run_id
    silver = layout.table_place(lake.buckets.silver, "transactions", "v1")
    stored = lake.summary("transactions", RunId(run_id))
    emptied = PartitionFiles("year=2024/month=02", 0, (), Base(1, f"00000001-{run_id}"))
    promote_partition(lake.lake, silver, "silver", lake.as_run(stored, "20240701T000000Z-backfill-x", REPLACE), emptied)

    again = through_gold(lake, csv(row("T3", at="2024-03-01T00:00:00Z")))

    february = next(part for part in again["monthly_activity"].partitions if "2024-02" in part.partition)
    assert (february.rows, february.files) == (0, ())
    assert {key[2]: values[2] for key, values in in_gold(lake, "account_balances").items()} == {
        "2024-01": Decimal(1),
        "2024-02": Decimal(1),
        "2024-03": Decimal(2),
    }
    assert sorted(key[2] for key in in_gold(lake, "monthly_activity")) == ["2024-01", "2024-03"]


def test_gold_follows_a_replacement_from_its_months_on(lake: DiskLake) -> None:
    """February is corrected, then it loses all its rows, then the first month of all does."""
    at = [("T1", "2024-01-10"), ("T2", "2024-02-10"), ("T3", "2024-03-10"), ("T4", "2024-04-10")]
    lines: list[Line] = [(key, "A", "10.00", "EUR", f"{day}T00:00:00Z") for key, day in at]
    through_gold(lake, Ledger().add(*lines))

    def check(summaries: dict[str, RunSummary], left: list[Line], balances: list[str], activity: list[str]) -> None:
        truth = Ledger(left)
        assert in_gold(lake, "account_balances") == truth.balances()
        assert in_gold(lake, "monthly_activity") == truth.activity()
        assert months(summaries["account_balances"]) == balances
        assert months(summaries["monthly_activity"]) == activity

    corrected: Line = ("T2", "A", "11.00", "EUR", "2024-02-10T00:00:00Z")
    left = [lines[0], corrected, *lines[2:]]
    from_february = ["2024-02", "2024-03", "2024-04"]
    check(replaced(lake, Ledger().add(corrected), "2024-02"), left, from_february, ["2024-02"])

    left = [lines[0], *lines[2:]]
    check(replaced(lake, csv(), "2024-02"), left, from_february, ["2024-02"])

    check(replaced(lake, csv(), "2024-01"), lines[2:], ["2024-01", *from_february], ["2024-01"])
    # January's gold is empty now; a later run that starts from February opens with nothing
    late: Line = ("T5", "B", "1.00", "EUR", "2024-02-20T00:00:00Z")
    check(through_gold(lake, Ledger().add(late)), [*lines[2:], late], from_february, ["2024-02"])


def test_a_finished_gold_run_is_not_done_again(lake: DiskLake) -> None:
    summary = lake.ingest_and_promote(csv(row("T1")))
    first = lake.build_gold(summary.run_id)
    assert lake.build_gold(summary.run_id) == first
