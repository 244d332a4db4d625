"""The story of a failure, and what runs cost, as people read them."""

import json
from dataclasses import asdict, replace

import pytest

from assay.cost import RunCost, as_record, print_costs
from assay.failure_text import LOG_LINES, print_failure
from lake.rules.cost import Cost
from lake.rules.failure import Failure, JobFailure
from lake.rules.journal import SILVER, Journal, Promoted
from lake.rules.json_record import to_json

FAILED = Failure(
    1, "run-1", "transactions", "daily", "BuildGold", "States.TaskFailed", "[boom] in gold", "{}", "No. Nothing lost.",
    "assay runs again run-1 --env prod", ("s3://b/a.csv",), ("month=02",), ("month=03",), "arn", "b",
    "2024-04-01T02:00:00Z", JobFailure("gold", "jr_1", tuple(f"line {n}" for n in range(40))), attempts=3,
    states=("PlanRun 0.6 s", "BuildGold 9.0 s"), links={"execution": "https://console/x"},
)  # fmt: skip


def test_a_failure_is_a_story_from_what_happened_to_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    print_failure(asdict(FAILED), {})
    lines = capsys.readouterr().out.splitlines()
    assert "failed in BuildGold at 2024-04-01T02:00:00Z after 3 attempt(s): States.TaskFailed" in lines[0]
    assert "[boom] in gold" in lines[1] and "PlanRun 0.6 s → BuildGold 9.0 s" in lines[2]
    assert lines[-1].endswith("assay runs again run-1 --env prod")
    assert sum(line.startswith("log") for line in lines) == LOG_LINES and "line 39" in "".join(lines)
    for words in ("month=02", "month=03", "gold jr_1", "https://console/x", "No. Nothing lost."):
        assert any(words in line for line in lines)


def test_what_a_later_run_finished_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    journal = Journal(1, "run-1").begun(SILVER, ("month=02", "month=03", "month=04"))
    journal = journal.noted(SILVER, Promoted("month=02", "s1"))
    failed = asdict(replace(FAILED, pending=("month=03", "month=04")))
    print_failure(failed, json.loads(to_json(journal)))
    assert "was promoted later" not in capsys.readouterr().out

    print_failure(failed, json.loads(to_json(journal.noted(SILVER, Promoted("month=03", "s2")))))
    (told,) = [line for line in capsys.readouterr().out.splitlines() if "was promoted later" in line]
    assert "month=03" in told


def test_a_failure_of_an_older_build_is_told_as_far_as_it_goes(capsys: pytest.CaptureFixture[str]) -> None:
    known = {
        name: value for name, value in asdict(FAILED).items() if name not in {"attempts", "states", "links", "job"}
    }
    print_failure(known, {})
    assert "failed in BuildGold at 2024-04-01T02:00:00Z: States.TaskFailed" in capsys.readouterr().out


def test_costs_add_up_and_say_what_is_estimated(capsys: pytest.CaptureFixture[str]) -> None:
    runs = [
        RunCost("run-1", "transactions", "succeeded", Cost(glue=0.03, step_functions=0.001, functions=0.0005, s3=0.001))
    ]
    queries = (4, Cost(athena=0.5))
    print_costs(runs, queries, 30, "eu-west-1")
    text = capsys.readouterr().out
    for words in ("0.03250", "4 Athena queries 0.5000 USD", "together 0.5325 USD", "* is estimated", "as of "):
        assert words in text
    assert as_record(runs, queries, "eu-west-1")["runs"][0]["total"] == 0.0325
