"""The state machine played with stand-ins for its functions and jobs: it goes where it should."""

import json
from typing import Any

import pytest

from tests.machine import Execution, Json, Task, TaskError, load_definition, run

MACHINE = load_definition()
WAITING = {"AskToStart", "AskToPromote"}
FAILURE = {"run_id", "execution_arn", "dataset", "kind", "state", "error", "cause", "details"}
PLAN = {
    "outcome": "planned", "plan_uri": "s3://c/plan.json", "input_records": 5, "sources": 1, "reasons": [],
    "approval": False, "unfinished": "",
}  # fmt: skip
PROMOTE: Json = {"decision": "promote", "reasons": [], "counts": {}}
INPUT: Json = {
    "run_id": "r", "dataset": "transactions", "kind": "event", "trigger": {"type": "object", "keys": ["k"]},
    "details": {},
}  # fmt: skip
BACKFILL: Json = INPUT | {"kind": "backfill", "trigger": {"type": "request"}, "details": {"backfill": "b", "try": "1"}}
GO: Json = {"decision": "go", "reasons": [], "approval": False}


class Stage:
    """Stand-ins for the functions and jobs; remembers what they were asked."""

    def __init__(self, **answers: Any) -> None:
        self.calls: list[tuple[str, Json]] = []
        self.answers: dict[str, Any] = {
            "plan_run_arn": PLAN,
            "bronze_to_silver_job": {"JobRunState": "SUCCEEDED"},
            "compact_job": {"JobRunState": "SUCCEEDED"},
            "silver_to_gold_job": {"JobRunState": "SUCCEEDED"},
            "read_run_summary_arn": PROMOTE,
            "promote_run_arn": {"promoted": 1, "partitions": ["p"]},
            "finish_run_arn": {},
            "ask_approval_arn": {"state": "approved"},
            "begin_backfill_arn": GO,
            "compare_run_arn": GO,
            "begin_promotion_arn": GO,
            "fail_run_arn": {"context_uri": "s3://c/_FAILED.json"},
        } | answers

    def play(self, given: Json = INPUT, **request: Any) -> Execution:
        tasks: dict[str, Task] = {name: self._task(name) for name in self.answers}
        return run(MACHINE, Execution("r", "arn:r", given | request), tasks)

    def asked(self, name: str) -> list[Json]:
        return [payload for called, payload in self.calls if called == name]

    def _task(self, name: str) -> Task:
        def call(payload: Json) -> Any:
            self.calls.append((name, payload))
            answer = self.answers[name]
            answer = answer.pop(0) if isinstance(answer, list) else answer
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def job_arguments(job: str) -> Json:
    """A job runs the script and the library of the machine's own build."""
    return {
        "--scriptLocation": f"${{build_uri}}/jobs/{job}.py",
        "--extra-py-files": "${build_uri}/lake.zip",
        "--build_id": "${build_id}",
        "--run_id": "r",
        "--plan_uri": "s3://c/plan.json",
    }


def test_a_good_run_goes_all_the_way() -> None:
    stage = Stage()
    execution = stage.play()
    assert execution.visited == [
        "PlanRun", "IsPlanned", "WhoWritesSilver", "IngestToSilver", "ReadRunSummary", "Gate", "PromoteSilver",
        "BuildGold", "ReadGoldSummary", "GoldGate", "PromoteGold", "FinishRun", "HowItEnded", "Succeeded",
    ]  # fmt: skip
    assert stage.asked("plan_run_arn") == [{**INPUT, "execution_arn": "arn:r"}]
    assert stage.asked("bronze_to_silver_job") == [job_arguments("bronze_to_silver")]
    assert stage.asked("silver_to_gold_job") == [job_arguments("silver_to_gold")]
    assert [payload["layer"] for payload in stage.asked("promote_run_arn")] == ["silver", "gold"]
    (end,) = stage.asked("finish_run_arn")
    assert end == {
        "run_id": "r", "execution_arn": "arn:r", "dataset": "transactions", "kind": "event", "outcome": "succeeded",
        "reasons": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "writer"),
    [("compact", ["CompactSilver"]), ("rollback", []), ("promote", []), ("event", ["IngestToSilver"])],
)
def test_silver_is_written_by_the_job_of_the_runs_kind_or_by_none(kind: str, writer: list[str]) -> None:
    stage = Stage()
    execution = stage.play(kind=kind, details={"reason": "because"})
    assert execution.visited[:3] == ["PlanRun", "IsPlanned", "WhoWritesSilver"]
    assert execution.visited[3 : 3 + len(writer) + 1] == [*writer, "ReadRunSummary"]
    assert execution.visited[-1] == "Succeeded"
    assert stage.asked("plan_run_arn")[0]["details"] == {"reason": "because"}
    assert stage.asked("compact_job") == ([job_arguments("compact")] if kind == "compact" else [])
    assert stage.asked("bronze_to_silver_job") == ([job_arguments("bronze_to_silver")] if kind == "event" else [])


def test_a_run_that_died_between_silver_and_quarantine_is_finished_before_the_next_one_is_planned() -> None:
    stage = Stage(plan_run_arn=[{**PLAN, "outcome": "unfinished", "unfinished": "dead", "plan_uri": ""}, PLAN])
    execution = stage.play(kind="retry")
    assert execution.visited[:5] == ["PlanRun", "IsPlanned", "FinishPromotion", "PlanRun", "IsPlanned"]
    assert execution.visited[-1] == "Succeeded"
    assert [(each["run_id"], each["layer"]) for each in stage.asked("promote_run_arn")] == [
        ("dead", "silver"), ("r", "silver"), ("r", "gold"),
    ]  # fmt: skip


@pytest.mark.parametrize(("outcome", "end"), [("nothing_to_do", "NothingToDo"), ("refused", "Refused")])
def test_a_plan_without_work_starts_no_job(outcome: str, end: str) -> None:
    stage = Stage(plan_run_arn={**PLAN, "outcome": outcome, "reasons": ["because"]})
    assert stage.play().visited == ["PlanRun", "IsPlanned", "FinishRun", "HowItEnded", end]
    assert stage.asked("finish_run_arn")[0]["outcome"] == outcome
    assert stage.asked("finish_run_arn")[0]["reasons"] == ["because"]


@pytest.mark.parametrize("reasons", [["one"], ["one", "two"]])
def test_a_refusal_is_an_end_of_its_own(reasons: list[str]) -> None:
    stage = Stage(read_run_summary_arn={"decision": "refuse", "reasons": reasons, "counts": {}})
    execution = stage.play()
    assert execution.visited[-4:] == ["Gate", "FinishRun", "HowItEnded", "Refused"]
    assert execution.status == "SUCCEEDED"
    assert stage.asked("promote_run_arn") == []
    assert stage.asked("finish_run_arn")[0]["outcome"] == "refused"
    assert stage.asked("finish_run_arn")[0]["reasons"] == reasons


def test_gold_can_be_refused_after_silver() -> None:
    stage = Stage(read_run_summary_arn=[PROMOTE, {"decision": "refuse", "reasons": ["totals"], "counts": {}}])
    assert stage.play().visited[-4:] == ["GoldGate", "FinishRun", "HowItEnded", "Refused"]
    assert len(stage.asked("promote_run_arn")) == 1


ORDER = ["plan_run_arn", "bronze_to_silver_job", "read_run_summary_arn", "promote_run_arn", "silver_to_gold_job"]
NAMES = ["PlanRun", "IngestToSilver", "ReadRunSummary", "PromoteSilver", "BuildGold"]


@pytest.mark.parametrize(("task", "state"), [*zip(ORDER, NAMES, strict=True), ("finish_run_arn", "FinishRun")])
def test_an_error_in_any_state_ends_in_fail_run(task: str, state: str) -> None:
    stage = Stage(**{task: TaskError("AccessDeniedError", '{"errorMessage": "no"}')})
    execution = stage.play()
    assert execution.visited[-3:] == [state, "FailRun", "Failed"]
    assert (execution.status, execution.error, execution.cause) == (
        "FAILED", "AccessDeniedError", '{"errorMessage": "no"}',
    )  # fmt: skip
    (told,) = stage.asked("fail_run_arn")
    assert set(told) == FAILURE
    assert (told["state"], told["error"]) == (state, "AccessDeniedError")


def test_a_failed_compaction_ends_in_fail_run() -> None:
    stage = Stage(compact_job=TaskError("States.TaskFailed"))
    assert stage.play(kind="compact").visited[-3:] == ["CompactSilver", "FailRun", "Failed"]
    assert stage.asked("fail_run_arn")[0]["state"] == "CompactSilver"


def test_the_machine_fails_even_if_fail_run_does() -> None:
    stage = Stage(plan_run_arn=TaskError("NotFoundError"), fail_run_arn=TaskError("AccessDeniedError"))
    execution = stage.play()
    assert execution.visited == ["PlanRun", "FailRun", "Failed"]
    assert execution.error == "NotFoundError"


def test_a_run_waits_for_the_other_run_of_its_dataset() -> None:
    busy: list[Any] = [TaskError("DatasetBusyError")] * 500
    stage = Stage(plan_run_arn=[*busy, PLAN])
    assert stage.play().status == "SUCCEEDED"
    assert len(stage.asked("plan_run_arn")) == 501


def test_a_job_is_started_again_once() -> None:
    failed = TaskError("States.TaskFailed", json.dumps({"JobRunState": "FAILED"}))
    assert Stage(bronze_to_silver_job=[failed, {}]).play().status == "SUCCEEDED"
    stage = Stage(bronze_to_silver_job=[failed, failed])
    assert stage.play().status == "FAILED"
    assert len(stage.asked("bronze_to_silver_job")) == 2


def test_a_job_waits_for_its_turn() -> None:
    stage = Stage(silver_to_gold_job=[TaskError("Glue.ConcurrentRunsExceededException")] * 30 + [{}])
    assert stage.play().status == "SUCCEEDED"


# backfills: what people decide

THROUGH = [
    "PlanRun", "IsPlanned", "AskToStart", "BeginBackfill", "MayBegin", "IngestToSilver", "ReadRunSummary", "Gate",
    "CompareWithCurrent", "MayReplace", "AskToPromote", "BeginPromotion", "MayPromote", "PromoteSilver",
]  # fmt: skip


def test_a_backfill_is_asked_for_twice_where_it_changes_much() -> None:
    stage = Stage(plan_run_arn=PLAN | {"approval": True}, compare_run_arn=GO | {"approval": True})
    execution = stage.play(BACKFILL)
    assert execution.visited[: len(THROUGH)] == THROUGH
    assert execution.visited[-1] == "Succeeded"
    asked = stage.asked("ask_approval_arn")
    assert [each["subject"] for each in asked] == ["start", "comparison"]
    assert asked[0]["token"] != asked[1]["token"]
    assert {"run_id": "r", "dataset": "transactions", "hours": 72, "details": BACKFILL["details"]}.items() <= asked[
        0
    ].items()


def test_a_backfill_within_tolerance_where_approvals_are_off_asks_nobody() -> None:
    stage = Stage()
    visited = stage.play(BACKFILL).visited
    assert [each for each in visited if each in THROUGH] == [each for each in THROUGH if each not in WAITING]
    assert stage.asked("ask_approval_arn") == []


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        ("ApprovalDeniedError", "denied", "denied by ann: no"),
        ("BackfillCancelledError", "cancelled", "denied by ann: no"),
        ("States.Timeout", "expired", "nobody answered within 72 hours"),
        ("States.HeartbeatTimeout", "expired", "nobody answered within 72 hours"),
    ],
)
def test_what_people_answer_is_an_outcome_of_its_own(which: int, error: str, outcome: str, reason: str) -> None:
    answers = [{"state": "approved"}] * which + [TaskError(error, "denied by ann: no")]
    stage = Stage(
        plan_run_arn=PLAN | {"approval": True}, compare_run_arn=GO | {"approval": True}, ask_approval_arn=answers
    )
    execution = stage.play(BACKFILL)
    assert execution.visited[-4:] == [("AskToStart", "AskToPromote")[which], "FinishRun", "HowItEnded", "NotApproved"]
    assert execution.status == "SUCCEEDED"
    (end,) = stage.asked("finish_run_arn")
    assert (end["outcome"], end["reasons"]) == (outcome, [reason])
    assert stage.asked("promote_run_arn") == []


@pytest.mark.parametrize("task", ["begin_backfill_arn", "compare_run_arn", "begin_promotion_arn"])
@pytest.mark.parametrize(
    ("decision", "outcome", "end"), [("cancelled", "cancelled", "NotApproved"), ("refuse", "refused", "Refused")]
)
def test_a_backfill_can_end_at_each_of_its_steps(task: str, decision: str, outcome: str, end: str) -> None:
    stage = Stage(**{task: {"decision": decision, "reasons": ["why"], "approval": False}})
    execution = stage.play(BACKFILL)
    assert execution.visited[-1] == end
    assert stage.asked("finish_run_arn")[0]["outcome"] == outcome
    assert stage.asked("finish_run_arn")[0]["reasons"] == ["why"]
    assert stage.asked("promote_run_arn") == []


def test_a_backfill_waits_for_the_lease_before_it_promotes() -> None:
    stage = Stage(begin_promotion_arn=[*[TaskError("DatasetBusyError")] * 100, GO])
    assert stage.play(BACKFILL).status == "SUCCEEDED"


def test_a_partition_that_moved_meanwhile_ends_in_fail_run_with_the_backfill_named() -> None:
    stage = Stage(promote_run_arn=TaskError("PointerMovedError", "moved"))
    assert stage.play(BACKFILL).visited[-3:] == ["PromoteSilver", "FailRun", "Failed"]
    assert stage.asked("fail_run_arn")[0]["details"] == BACKFILL["details"]
