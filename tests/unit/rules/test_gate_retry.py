"""The gate for retries: failing again is no fault, making things worse is one, and entries agree with counts."""

from dataclasses import replace
from typing import Any

import pytest

from lake.rules.contract import Thresholds
from lake.rules.gate_held import held_reasons
from lake.rules.gate_retry import retry_reasons
from lake.rules.plan import Plan
from lake.rules.summary import REPLACE, Counts, RunSummary
from tests.builders import TRANSACTIONS, JobOutput, Rows, lake_on, plan_of, source

DAY = "ingest_date=2024-03-31"


def plan(action: str = "retry", kind: str = "retry") -> Plan:
    details = {"action": action, "corrections": "c", "reason": "r", "requested_by": "ann"}
    return replace(plan_of(1, source(10)), kind=kind, details=details)


def summary(counts: Counts, states: dict[str, int], waiting: int, condemned: int = 0, **changes: Any) -> RunSummary:
    rows = sum(states.values())
    made = JobOutput(lake_on(), plan_of(1, source(10))).silver((), [Rows(DAY, rows)] if rows else [])
    if rows:
        (part,) = made.quarantine
        (file,) = part.files
        told = replace(file, states=states, waiting=waiting, condemned=condemned)
        made = replace(made, quarantine=(replace(part, files=(told,)),))
    return replace(made, counts=counts, **changes)


def reasons(found: RunSummary, of: Plan, limits: Thresholds = Thresholds()) -> list[str]:  # noqa: B008
    contract = replace(TRANSACTIONS, thresholds=limits)
    return [*retry_reasons(found, of, contract), *held_reasons(found, of)]


HALF = summary(Counts(10, 5, 3, 1, 1), {"recovered": 5, "open": 3, "condemned": 1, "duplicate": 1}, -7, 1)


def test_half_of_the_rows_may_fail_again() -> None:
    assert reasons(HALF, plan()) == []


def test_all_of_them_may_fail_again_or_be_somebody_elses() -> None:
    assert reasons(summary(Counts(10, 0, 10), {"open": 10}, 0), plan()) == []
    assert reasons(summary(Counts(10, 0, 0, 0, 0, 10), {}, 0), plan()) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"worsened": 7}, "make things worse: 7 rows have a new error, 6 are valid now"),
        ({"unmatched": 1}, "1 rows are in silver or recovered in quarantine, but not both"),
        ({"counts": Counts(10, 6, 3, 1, 1)}, "rows are not conserved"),
        ({"counts": Counts(10, 6, 2, 1, 1)}, "5 rows become recovered, the counts say 6"),
        ({"run_id": "20240401T020000Z-retry-other"}, "the summary belongs to run"),
    ],
)
def test_each_fault_is_told(changes: dict[str, Any], words: str) -> None:
    found = reasons(replace(HALF, **changes), plan())
    assert any(words in each for each in found), found


def test_entries_that_do_not_agree_with_the_counts_are_told() -> None:
    wrong = summary(HALF.counts, {"recovered": 5, "open": 3, "condemned": 1, "duplicate": 1}, -6, 0)
    found = reasons(wrong, plan())
    assert "the entries change the number of open rows by -6, the counts say -7" in found
    assert "the entries change the number of condemned rows by +0, the counts say +1" in found


def test_too_many_condemned_rows_are_refused_but_not_those_that_a_person_gives_up() -> None:
    limits = Thresholds(max_condemned=5)
    found = summary(Counts(10, 5, 0, 5), {"recovered": 5, "condemned": 5}, -10, 5)
    assert reasons(found, plan(), limits) == ["5 rows condemned, allowed are fewer than 5"]
    given_up = summary(Counts(10, 0, 0, 10), {"condemned": 10}, -10, 10)
    assert reasons(given_up, plan("accept"), limits) == []


def test_the_circuit_breaker_looks_at_new_errors() -> None:
    limits = Thresholds(breaker_rows=2, breaker_rate=0.2)
    found = replace(HALF, worsened=3)
    assert any("circuit breaker: 3 of 10 rows (30.00%)" in each for each in reasons(found, plan(), limits))
    assert reasons(replace(HALF, worsened=2), plan(), limits) == []


def test_a_release_opens_what_was_condemned() -> None:
    found = summary(Counts(10, 0, 10), {"open": 10}, 10, -10)
    assert reasons(found, plan("release", "release")) == []
    assert any(
        "open rows by +10, the counts say +9" in each
        for each in reasons(replace(found, counts=Counts(10, 0, 9, 0, 0, 1)), plan("release", "release"))
    )


def test_a_run_that_ingests_opens_what_it_counts() -> None:
    ingested = plan_of(1, source(10))
    assert list(held_reasons(summary(Counts(10, 5, 5), {"open": 6}, 5), ingested)) == []
    assert list(held_reasons(summary(Counts(10, 5, 5), {"open": 6}, 6), ingested)) == [
        "the entries change the number of open rows by +6, the counts say +5"
    ]


def test_a_run_that_replaces_may_recover_rows() -> None:
    replacing = replace(plan_of(1, source(10)), mode=REPLACE)
    found = summary(Counts(10, 8, 2), {"open": 2, "recovered": 3}, -1, mode=REPLACE)
    assert list(held_reasons(found, replacing)) == []


def test_an_entry_without_a_state_is_told() -> None:
    found = summary(Counts(10, 5, 5), {"open": 5}, 5)
    (part,) = found.quarantine
    (file,) = part.files
    odd = replace(found, quarantine=(replace(part, files=(replace(file, states={"open": 4}),)),))
    assert any("holds 5 entries, 4 of them with a state" in each for each in held_reasons(odd, plan_of(1, source(10))))
