"""The gate's counts: a good run passes, and each single fault refuses it, in words."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.rules.checks import KEY_CONFLICT
from lake.rules.contract import Contract, Thresholds
from lake.rules.gate import gold_reasons, silver_reasons
from lake.rules.plan import Plan
from lake.rules.summary import ControlTotal, Counts, RunSummary
from tests.builders import MARCH, TRANSACTIONS, JobOutput, Rows, lake_on, plan_of, source

RECORDS = 1000


def plan(records: int = RECORDS) -> Plan:
    return plan_of(1, source(records))


def summary(**counts: int) -> RunSummary:
    valid = counts.pop("valid", RECORDS - sum(counts.values()))
    made = JobOutput(lake_on(), plan()).silver((Rows(rows=valid),))
    return replace(made, counts=Counts(RECORDS, valid, **counts))


def reasons(found: RunSummary, contract: Contract = TRANSACTIONS, records: int = RECORDS) -> list[str]:
    return list(silver_reasons(found, plan(records), contract))


def with_thresholds(**limits: Any) -> Contract:
    return replace(TRANSACTIONS, thresholds=Thresholds(**limits))


def test_a_good_run_passes() -> None:
    assert reasons(summary()) == []
    assert reasons(summary(duplicate=RECORDS)) == []


@given(st.lists(st.integers(0, 400), min_size=4, max_size=4))
def test_a_run_passes_only_if_every_record_is_accounted_for(parts: list[int]) -> None:
    valid, quarantined, condemned, duplicate = parts
    found = replace(summary(), counts=Counts(RECORDS, valid, quarantined, condemned, duplicate))
    lenient = with_thresholds(max_quarantine_rate=1.0, max_condemned=10**6)
    conserved = sum(parts) == RECORDS
    assert any("not conserved" in reason for reason in reasons(found, lenient)) is not conserved


def test_the_input_is_the_plans_count_not_the_summarys() -> None:
    found = summary()
    assert found.counts.input == RECORDS
    answer = reasons(found, records=RECORDS + 1)
    assert answer == [
        "rows are not conserved: 1001 records counted in the sources, 1000 accounted for "
        "(1000 valid + 0 quarantined + 0 condemned + 0 duplicate)"
    ]


def test_negative_counts_cannot_close_the_equation() -> None:
    assert "a count is negative" in reasons(replace(summary(), counts=Counts(RECORDS, RECORDS + 5, 0, 0, -5)))


@pytest.mark.parametrize(("quarantined", "refused"), [(49, False), (50, True), (51, True)])
def test_the_quarantine_rate_is_strictly_below_its_limit(quarantined: int, refused: bool) -> None:
    answer = reasons(summary(quarantined=quarantined))
    assert any("quarantined" in reason for reason in answer) is refused


def test_the_rate_is_exact() -> None:
    # in binary 0.07 * 100 is a little more than 7
    found = replace(summary(), counts=Counts(100, 93, 7))
    assert reasons(found, with_thresholds(max_quarantine_rate=0.07), records=100)


@pytest.mark.parametrize(("condemned", "refused"), [(99, False), (100, True)])
def test_condemned_rows_are_fewer_than_their_limit(condemned: int, refused: bool) -> None:
    assert any("condemned, allowed" in reason for reason in reasons(summary(condemned=condemned))) is refused


@pytest.mark.parametrize(
    ("count", "records", "broken"),
    [(101, 5000, True), (100, 4000, False), (101, 5050, False), (102, 5050, True), (300, 100_000, False)],
)
def test_the_circuit_breaker_needs_both_rows_and_rate(count: int, records: int, broken: bool) -> None:
    found = replace(summary(), counts=Counts(records, records - 40, 40), errors={"BAD_TYPE": count})
    answer = [reason for reason in reasons(found, records=records) if "circuit breaker" in reason]
    assert bool(answer) is broken
    assert all("BAD_TYPE" in reason for reason in answer)


def test_key_conflicts_refuse_where_the_contract_calls_them_critical() -> None:
    found = replace(summary(quarantined=1), errors={KEY_CONFLICT: 1})
    assert reasons(found) == []
    assert reasons(found, with_thresholds(critical_key_conflicts=True)) == [
        "1 key conflicts, which the contract calls critical"
    ]


def test_a_run_without_one_good_record_is_refused() -> None:
    lenient = with_thresholds(max_quarantine_rate=1.0, max_condemned=10**6)
    found = replace(summary(), counts=Counts(RECORDS, 0, RECORDS - 1, 1))
    assert "not one of 1000 records is valid" in reasons(found, lenient)


def test_late_rows_refuse_where_the_contract_refuses_them() -> None:
    found = replace(summary(), late={"2023-01": 3})
    assert reasons(found) == []
    assert reasons(found, replace(TRANSACTIONS, late_policy="refuse")) == ["3 rows for closed months (2023-01)"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"run_id": "another"}, "belongs to run another"),
        ({"dataset": "payments"}, "belongs to dataset payments"),
        ({"schema_version": "v9"}, "belongs to schema version v9"),
        ({"contract_sha256": "0"}, "belongs to contract 0"),
        ({"older_columns": {"v0": {}}}, "the run wrote schema version v0, the plan names no source of it"),
        ({"sources": ()}, "the run read 0 sources, the plan names 1"),
    ],
)
def test_a_summary_of_something_else_is_refused(changes: Mapping[str, Any], words: str) -> None:
    assert any(words in reason for reason in reasons(replace(summary(), **changes)))


def test_a_plan_under_another_contract_is_refused() -> None:
    assert any("belongs to contract" in reason for reason in reasons(summary(), replace(TRANSACTIONS, fingerprint="0")))


def gold(**changes: Any) -> tuple[RunSummary, Contract]:
    lake = lake_on()
    made = JobOutput(lake, plan()).gold()[0]
    found = replace(made, inputs={f"transactions/{MARCH}": "00000001-r"}, **changes)
    return found, lake.contracts.newest("account_balances")


def gold_problems(now: str | None = "00000001-r", **changes: Any) -> list[str]:
    found, contract = gold(**changes)
    return list(gold_reasons(found, plan(), contract, {f"transactions/{MARCH}": now}))


def test_gold_passes_when_totals_agree_and_inputs_are_current() -> None:
    assert gold_problems() == []


@pytest.mark.parametrize("now", [None, "00000002-s"])
def test_gold_built_from_what_is_no_longer_current_is_refused(now: str | None) -> None:
    assert "built from transactions/year=2024/month=03 at snapshot 00000001-r" in gold_problems(now)[0]


@pytest.mark.parametrize(
    ("total", "words"),
    [
        (ControlTotal("as_of_month=2024-03", 9, 10, "1", "1"), "9 transactions in gold, 10 in silver"),
        (ControlTotal("as_of_month=2024-03", 10, 10, "1", "2"), "the amounts sum to 1 in gold, 2 in silver"),
        (ControlTotal("as_of_month=2024-02", 10, 10, "1", "1"), "as_of_month=2024-03 has no control total"),
    ],
)
def test_gold_with_other_totals_is_refused(total: ControlTotal, words: str) -> None:
    assert any(words in reason for reason in gold_problems(control_totals=(total,)))


@pytest.mark.parametrize("field", ["run_id", "dataset", "contract_sha256"])
def test_a_gold_summary_of_something_else_is_refused(field: str) -> None:
    assert any("the summary belongs to" in reason for reason in gold_problems(**{field: "another"}))
