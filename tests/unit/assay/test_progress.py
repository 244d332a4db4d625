"""Which states of a run a person sees."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from assay.executions import Execution
from assay.progress import promoted, says_something
from lake.rules.visit import Visit

START = datetime(2024, 4, 1, 2, tzinfo=UTC)
RUNS = Execution("20240401T020000Z-daily-a", "arn", "RUNNING", START, None, {}, "", "")


def visit(state: str, seconds: int | None = 0, tries: int = 0) -> Visit:
    return Visit(state, START, None if seconds is None else START + timedelta(seconds=seconds), tries)


@pytest.mark.parametrize(
    ("of", "shown"),
    [
        (visit("PlanRun", 0, tries=1), True),
        (visit("Gate"), True),
        (visit("GoldGate"), True),
        (visit("IsPlanned"), False),
        (visit("WaitForSources", 60), True),
    ],
)
def test_work_decisions_and_waiting_are_shown_and_turnings_are_not(of: Visit, shown: bool) -> None:
    assert says_something(of, RUNS) is shown


@pytest.mark.parametrize(("status", "shown"), [("RUNNING", True), ("FAILED", True), ("SUCCEEDED", False)])
def test_a_state_that_is_not_left_is_shown_unless_all_went_well(status: str, shown: bool) -> None:
    assert says_something(visit("Succeeded", None), replace(RUNS, status=status)) is shown


def test_a_promotion_counts_the_partitions_of_its_own_layer() -> None:
    layers = {"silver": {"pending": [], "done": [1, 2, 3, 4]}, "gold": {"pending": [5], "done": [6]}}
    journal = {"layers": layers}
    assert promoted(journal, "PromoteSilver") == "4 partition(s)"
    assert promoted(journal, "PromoteGold") == "1 partition(s)"
    assert promoted({}, "PromoteGold") == promoted({"layers": {"silver": layers["silver"]}}, "PromoteGold") == ""
