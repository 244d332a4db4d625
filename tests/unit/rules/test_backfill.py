"""A backfill's states, its range, its cost, and what it may change unseen."""

from dataclasses import replace

import pytest

from lake.bundle import contracts_root
from lake.errors import BackfillStateError, ContractError
from lake.rules import backfill as states
from lake.rules.approval import APPROVED, DENIED, Approval, answered
from lake.rules.backfill import ENDED, Backfill, Change, months_of, moved, name_backfill, runs_of_months
from lake.rules.backfill_cost import estimate
from lake.rules.contract import read_contract
from lake.rules.journal import Journal, LayerJournal, Promoted, progress
from lake.rules.json_record import from_json, to_json
from lake.rules.prices import prices
from lake.rules.summary import AmountChange, PartitionComparison
from lake.rules.tolerance import Tolerance, above_tolerance, missing_comparisons
from tests.backfills import World
from tests.builders import TRANSACTIONS

EVERY = [
    states.PLANNED, states.APPROVED, states.RUNNING, states.COMPARED, states.PROMOTING, states.PROMOTED,
    states.REFUSED, states.CANCELLED, states.EXPIRED, states.FAILED,
]  # fmt: skip
ALLOWED = {
    "planned": "approved cancelled expired refused failed",
    "approved": "running cancelled refused failed",
    "running": "compared cancelled refused failed",
    "compared": "promoting cancelled expired refused failed",
    "promoting": "promoted refused failed",
    "promoted": "",
    "refused": "",
    "cancelled": "",
    "expired": "planned",
    "failed": "planned",
}
FOUND = World().declare()
CHANGE = Change("2024-06-20T10:00:00Z", "x", "ann", "why")


@pytest.mark.parametrize("before", EVERY)
@pytest.mark.parametrize("after", EVERY)
def test_a_backfill_moves_only_where_it_may(before: str, after: str) -> None:
    found = replace(FOUND, status=before)
    if after in ALLOWED[before].split():
        assert moved(found, after, CHANGE).status == after
        assert moved(found, after, CHANGE).history[-1] == CHANGE
    else:
        with pytest.raises(BackfillStateError, match=f"is {before}.*cannot become {after}"):
            moved(found, after, CHANGE)


def test_every_state_can_come_to_an_end() -> None:
    for state in set(EVERY) - ENDED:
        reached = {state}
        for _ in EVERY:
            reached |= {each for one in reached for each in ALLOWED[one].split()}
        assert reached & ENDED


def test_the_record_survives_its_journey() -> None:
    assert from_json(Backfill, to_json(FOUND), "here") == FOUND


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("2024-03", ["2024-03"]),
        ("2024-11..2025-02", ["2024-11", "2024-12", "2025-01", "2025-02"]),
    ],
)
def test_a_range_is_its_months(text: str, months: list[str]) -> None:
    assert months_of(text) == months


def test_months_fall_into_unbroken_ranges() -> None:
    found = runs_of_months(["2024-03", "2023-12", "2024-01", "2024-03", "2024-04"])
    assert found == [("2023-12", "2024-01"), ("2024-03", "2024-04")]


def test_ids_sort_by_time_and_name_their_cause() -> None:
    early, late = name_backfill("2024-06-20T10:00:00Z", "b"), name_backfill("2024-06-20T10:00:01+00:00", "a")
    assert early < late
    assert early == name_backfill("2024-06-20T12:00:00+02:00", "b")
    assert early != name_backfill("2024-06-20T10:00:00Z", "c")


def test_the_cost_follows_from_bytes_and_workers() -> None:
    nothing, small = estimate([], [], REGION), estimate([10**6], [10], REGION)
    large = estimate([10**10, 10**10], [1, None], REGION, dpus=10)
    assert nothing.minutes == 2
    assert nothing.cost_usd == round(2 * 2 / 60 * prices(REGION).glue_dpu_hour, 2)
    assert small.rows == 10
    assert (large.bytes, large.rows) == (2 * 10**10, 1)
    assert large.dpu_hours > 10 * nothing.dpu_hours


REGION = "eu-west-1"
SAME = PartitionComparison("year=2024/month=03", 100, 100, 0, 0, 0, (AmountChange("amount", "EUR", "5", "5.00"),))


@pytest.mark.parametrize(
    ("change", "above"),
    [
        ({}, 0),
        ({"changed": 1}, 0),
        ({"added": 1, "removed": 1}, 1),
        ({"changed": 2}, 1),
        ({"amounts": (AmountChange("amount", "EUR", "100.00", "101.00"),)}, 0),
        ({"amounts": (AmountChange("amount", "EUR", "100.00", "101.01"),)}, 1),
        ({"amounts": (AmountChange("amount", "EUR", "-100.00", "-98.00"),)}, 1),
        ({"amounts": (AmountChange("amount", "EUR", "0", "0.01"),)}, 1),
        ({"amounts": (AmountChange("amount", "EUR", "0", "0"),)}, 0),
        ({"rows_before": 0, "added": 1}, 1),
        ({"changed": 9, "amounts": (AmountChange("amount", "EUR", "1", "2"), AmountChange("amount", "GBP", "1", "2"))},
         3),
    ],
)  # fmt: skip
def test_what_changes_more_than_a_share_is_told(change: dict[str, object], above: int) -> None:
    found = replace(SAME, **change)  # type: ignore[arg-type]
    assert len(above_tolerance([found], Tolerance(0.01, 0.01))) == above


def test_without_a_tolerance_every_change_is_told() -> None:
    assert above_tolerance([replace(SAME, changed=1)], Tolerance()) != []
    assert above_tolerance([SAME], Tolerance()) == []


def test_a_partition_that_was_not_compared_is_missing() -> None:
    assert missing_comparisons(["year=2024/month=03", "year=2024/month=04"], [SAME]) == ["year=2024/month=04"]


def test_the_contract_says_what_may_pass() -> None:
    assert Tolerance(0.01, 0.01) == TRANSACTIONS.tolerance
    text = (contracts_root() / "transactions" / "v1.yaml").read_text()
    for old, new, told in (
        ("maxChangedRate: 0.01", "maxChangedRate: 1.5", "backfill.maxChangedRate is 1.5"),
        ("maxAmountChangeRate: 0.01", "maxAmountChange: 0.01", "backfill.maxAmountChange is unknown"),
        ("lookBackDays: 30", "lookBackDays: -1", "late.lookBackDays is -1"),
    ):
        assert old in text
        with pytest.raises(ContractError, match=told):
            read_contract(text.replace(old, new), "transactions/v1.yaml")


def test_the_first_answer_stands() -> None:
    asked = Approval(1, "r", "transactions", "b", "start", "asked", "token", "2024-06-20T10:00:00Z")
    given = answered(asked, APPROVED, "ann", "fine", "2024-06-20T11:00:00Z")
    assert (given.state, given.by, given.reason) == (APPROVED, "ann", "fine")
    assert answered(given, APPROVED, "bob", "me too", "2024-06-20T12:00:00Z") == given
    with pytest.raises(BackfillStateError, match="was approved by ann"):
        answered(given, DENIED, "bob", "no", "2024-06-20T12:00:00Z")


def test_a_journal_tells_how_far_it_is() -> None:
    done = tuple(Promoted(str(n), "s") for n in range(3))
    under_way = Journal(1, "r", {"silver": LayerJournal(tuple("4567"), done)})
    assert progress(under_way) == "promoting 3 of 7 (silver)"
    assert progress(Journal(1, "r", {"silver": LayerJournal((), done)})) is None
