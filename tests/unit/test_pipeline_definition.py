"""The form of the state machine's definition: complete, reachable, safe for templatefile."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonata import Jsonata

import lake.errors
from tests.machine import DEFINITION, NUMBERS, Json, load_definition

TEXT = DEFINITION.read_text()
MACHINE = load_definition()
STATES: dict[str, Json] = MACHINE["States"]
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
PLACEHOLDERS = {
    "plan_run_arn", "read_run_summary_arn", "promote_run_arn", "finish_run_arn", "fail_run_arn",
    "bronze_to_silver_job", "compact_job", "silver_to_gold_job", "build_uri", "build_id",
    "ask_approval_arn", "begin_backfill_arn", "compare_run_arn", "begin_promotion_arn",
    *NUMBERS,
}  # fmt: skip
WAITING = {"AskToStart", "AskToPromote"}
FIELDS = {
    "Task": {
        "Type", "Comment", "Resource", "Arguments", "TimeoutSeconds", "Retry", "Catch", "Assign", "Output", "Next",
    },
    "Choice": {"Type", "Comment", "Choices", "Default"},
    "Succeed": {"Type", "Comment"},
    "Fail": {"Type", "Comment", "Error", "Cause"},
}  # fmt: skip
OURS = {name for name, kind in vars(lake.errors).items() if isinstance(kind, type)}


def targets(state: Json) -> Iterator[str]:
    yield from (node["Next"] for node in (state, *state.get("Choices", ()), *state.get("Catch", ())) if "Next" in node)
    if "Default" in state:
        yield state["Default"]


def expressions(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from expressions(each)
    elif isinstance(node, str) and "{%" in node:
        yield node


def test_terraform_fills_in_every_placeholder_and_nothing_else() -> None:
    assert set(re.findall(r"\$\{(\w+)\}", TEXT)) == PLACEHOLDERS
    assert TEXT.count("${") == len(re.findall(r"\$\{\w+\}", TEXT))
    assert "%{" not in TEXT


def test_it_is_jsonata_throughout_and_ends_in_time() -> None:
    assert MACHINE["QueryLanguage"] == "JSONata"
    # a day of work, and twice the time that people have for an answer
    assert MACHINE["TimeoutSeconds"] == 86400 + 2 * NUMBERS["approval_seconds"]
    assert not {"InputPath", "ResultPath", "OutputPath", "Parameters", "ResultSelector"} & set(re.findall(r"\w+", TEXT))


@pytest.mark.parametrize("name", STATES)
def test_a_state_has_only_the_fields_of_its_type(name: str) -> None:
    assert set(STATES[name]) <= FIELDS[STATES[name]["Type"]]


@pytest.mark.parametrize("name", TASKS)
def test_a_task_is_retried_timed_out_and_caught(name: str) -> None:
    task = TASKS[name]
    assert 0 < task["TimeoutSeconds"] < MACHINE["TimeoutSeconds"]
    *people, last = task["Catch"]
    assert last["ErrorEquals"] == ["States.ALL"]
    assert last["Next"] == ("Failed" if name == "FailRun" else "FailRun")
    assert [catcher["Next"] for catcher in people] == (["FinishRun"] * 3 if name in WAITING else [])
    for retrier in task["Retry"]:
        assert retrier["JitterStrategy"] == "FULL"
        assert "States.ALL" not in retrier["ErrorEquals"]
    named = [error for retrier in task["Retry"] for error in retrier["ErrorEquals"]]
    assert len(named) == len(set(named))
    assert {error for error in named if "." not in error} <= OURS


@pytest.mark.parametrize("name", ["PlanRun", "BeginPromotion"])
def test_a_run_that_waits_for_its_dataset_asks_as_often_as_one_that_came_later(name: str) -> None:
    (wait,) = (each for each in TASKS[name]["Retry"] if each["ErrorEquals"] == ["DatasetBusyError"])
    # with a limit far above the first wait a newcomer would nearly always be there first when the dataset becomes free
    assert wait["MaxDelaySeconds"] <= 4 * wait["IntervalSeconds"]
    # full jitter waits half of the limit on average: a night of work before it
    assert wait["MaxAttempts"] * wait["MaxDelaySeconds"] / 2 >= 12 * 3600
    # a try is three events, and an execution has 25,000 (AWS, "Step Functions service quotas")
    assert 3 * wait["MaxAttempts"] <= 20_000


@pytest.mark.parametrize("name", sorted(set(TASKS) - {"FailRun"}))
def test_a_catch_tells_fail_run_which_state_it_was(name: str) -> None:
    assert TASKS[name]["Catch"][-1]["Assign"]["failure"]["state"] == name


def test_every_target_exists_and_every_state_is_reached() -> None:
    reached, waiting = set(), [MACHINE["StartAt"]]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += targets(STATES[name])
    assert reached == set(STATES)


def test_every_expression_is_jsonata() -> None:
    found = list(expressions(MACHINE))
    assert len(found) > 20
    for text in found:
        assert text.startswith("{% ")
        assert text.endswith(" %}")
        Jsonata.jsonata(text[2:-2].strip())
