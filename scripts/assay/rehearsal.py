"""The part of the smoke test about what no run uses by itself: what events and schedules call, and how people are told.

A run that must fail shows the whole way of an alert: state machine, rule, close_run, bus, rule, tell_people, topic. Its
mail goes where nobody reads, so the proof is what tell_people wrote down: it was in words, and SNS gave it an id.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assay.target import Target
from lake.aws.executions import StepFunctions
from lake.bundle import contracts_root
from lake.errors import SmokeTestError
from lake.rules.canary import DATASET
from lake.rules.contract import load_contracts
from lake.rules.event import SOURCE, Event, EventKind, detail
from lake.rules.json_record import to_json
from lake.rules.layout import bronze_prefix
from lake.rules.run import RunKind
from lake.rules.trigger import REQUEST, RunRequest, request_of

TOLD_SECONDS = 300
POLL_SECONDS = 1.0
# a day on which nothing can have been delivered, and what is no run, in words for the list of runs
LONG_AGO = "2000-01-01T00:00:00Z"
NO_RUN = "the smoke test wants a failure"


@dataclass(frozen=True)
class Rehearsal:
    """One rehearsal: `name` is in all that it makes happen."""

    target: Target
    name: str

    def call_functions(self, now: datetime) -> None:
        """Call each function that events and schedules call. Raises SmokeTestError unless it answers as it must."""
        moment = f"{now:%Y-%m-%dT%H:%M:%SZ}"
        self._expect("dispatch", self._object(now), lambda answer: "ignored" in answer)
        self._expect("find-late", {"dataset": DATASET, "scheduled_time": LONG_AGO}, lambda answer: answer["found"] == 0)
        asked = {"scheduled_time": moment, "rehearsal": self.name}
        self._expect("check-freshness", asked, lambda answer: answer["hours"] != {})
        self._expect("quarantine-digest", asked, lambda answer: answer["rows"] != {})
        self._expect("tell-people", self._failure(), self._is_told)

    def fail_a_run(self, now: datetime, version_arn: str) -> tuple[str, str]:
        """Start a run that must fail: it is to promote what is no run. Its id and its execution."""
        asked = {
            "trigger": REQUEST,
            "kind": RunKind.PROMOTE,
            "dataset": DATASET,
            "details": {"run": NO_RUN, "reason": self.name},
            "requested_at": now.isoformat(),
        }
        request = request_of(asked, self.target.bucket("bronze"), load_contracts(contracts_root()), now.isoformat())
        assert isinstance(request, RunRequest)
        machine = StepFunctions(self.target.client("stepfunctions"), version_arn)
        arn, _ = machine.start(request.run_id, to_json(request, one_line=True))
        return request.run_id, arn

    def require_told(self, run_id: str, since: datetime) -> None:
        """Wait until the failure of that run was told. Raises SmokeTestError when it was not, or not in words."""
        deadline = time.monotonic() + TOLD_SECONDS
        while (answer := self._told(run_id, since)) is None:
            if time.monotonic() > deadline:
                raise SmokeTestError(
                    f"run {run_id} failed as it had to, and nobody would have heard of it: tell-people told nothing "
                    f"within {TOLD_SECONDS} s",
                    self.target.execution(run_id),
                )
            time.sleep(POLL_SECONDS)
        if not self._is_told(answer) or " failed in PlanRun" not in answer["subject"]:
            raise SmokeTestError(
                f"the failure of run {run_id} was to be told with its state, tell-people wrote: {answer}",
                self.target.execution(run_id),
            )

    def _object(self, now: datetime) -> dict[str, Any]:
        """Runs do not start through dispatch here; but whatever starts them does, so it must understand an event."""
        key = bronze_prefix(DATASET, now.date()) + f"{self.name}.csv"
        found = {"bucket": {"name": self.target.bucket("bronze")}, "object": {"key": key}}
        return {"detail-type": "Object Created", "time": now.isoformat(), "detail": found}

    def _failure(self) -> dict[str, Any]:
        event = Event(
            EventKind.RUN_FAILED,
            self.target.environment,
            reason="a smoke test tries the way of an alert",
            dataset=DATASET,
            state="PlanRun",
            rehearsal=self.name,
        )
        return {"source": SOURCE, "detail-type": event.kind, "detail": json.loads(detail(event))}

    def _is_told(self, answer: dict[str, Any]) -> bool:
        return bool(answer["in_words"] and answer["rehearsed"] and answer["message_id"])

    def _expect(self, name: str, event: dict[str, Any], is_right: Callable[[dict[str, Any]], bool]) -> None:
        function = f"{self.target.name}-{name}"
        answer = self.target.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
        payload = json.loads(answer["Payload"].read())
        if answer.get("FunctionError") or not is_right(payload):
            raise SmokeTestError(f"{function} was called with {event}, and answered {payload}")

    def _told(self, run_id: str, since: datetime) -> dict[str, Any] | None:
        """What tell_people wrote down about a run."""
        group = f"/aws/lambda/{self.target.name}-tell-people"
        pages = self.target.client("logs").get_paginator("filter_log_events")
        start = int(since.timestamp() * 1000)
        for page in pages.paginate(logGroupName=group, startTime=start, filterPattern=f'"{run_id}"'):
            for event in page["events"]:
                answer = _answer(event["message"])
                if answer.get("about") == run_id:
                    return answer
        return None


def _answer(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    answer = found.get("answer") if isinstance(found, dict) else None
    return answer if isinstance(answer, dict) else {}
