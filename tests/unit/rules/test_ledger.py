"""The run ledger: its line has the columns of its table, and an end that stands is not taken back."""

from dataclasses import fields, replace

import pytest

from lake.bundle import contracts_root
from lake.rules.contract import read_contract
from lake.rules.ledger import LedgerEntry, RunEnd, ledger_entry, takes_place_of
from tests.builders import JobOutput, lake_on, plan_of, source

END = RunEnd("run", "transactions", "event", "succeeded", "arn", ("because",))


def entry(outcome: str = "succeeded", **parts: object) -> LedgerEntry:
    given = {"plan": None, "summary": None, "promoted": ()} | parts
    return ledger_entry(
        replace(END, outcome=outcome),
        **given,  # type: ignore[arg-type]
        build_id="b",
        contract_version="1.0.0",
        started_at="start",
        finished_at="end",
    )


def test_a_line_has_the_columns_of_the_table() -> None:
    text = (contracts_root() / "platform" / "run_summaries.yaml").read_text(encoding="utf-8")
    columns = [column.name for column in read_contract(text, "platform/run_summaries.yaml").columns]
    assert [field.name for field in fields(LedgerEntry)] == columns


def test_a_run_that_left_nothing_has_a_line_too() -> None:
    line = entry("failed")
    assert (line.started_at, line.sources, line.input_count, line.valid_count) == ("start", 0, 0, 0)
    assert line.reasons == ("because",)


def test_a_line_is_made_of_plan_and_summary() -> None:
    plan = plan_of(1, source(10))
    summary = replace(JobOutput(lake_on(), plan).silver(), late={"2023-01": 2, "2023-02": 1})
    line = entry(plan=plan, summary=summary, promoted=("p",))
    assert (line.input_count, line.valid_count, line.late_count, line.sources) == (10, 10, 3, 1)
    assert (line.started_at, line.partitions) == (plan.planned_at, ("p",))


@pytest.mark.parametrize(
    ("found", "wanted", "writes"),
    [
        (None, "failed", True),
        ("failed", "succeeded", True),
        ("failed", "refused", True),
        ("failed", "failed", False),
        ("succeeded", "failed", False),
        ("succeeded", "succeeded", False),
        ("refused", "succeeded", False),
    ],
)
def test_only_a_failure_can_be_made_good(found: str | None, wanted: str, writes: bool) -> None:
    assert takes_place_of(entry(wanted), entry(found) if found else None) is writes
