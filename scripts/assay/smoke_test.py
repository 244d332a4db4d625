"""The smoke test: functions, a failure that is told, a canary through one version of the state machine, the checks."""

import io
import json
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from assay import executions, runs
from assay.console import CommandError
from assay.executions import Execution
from assay.query import Answer, ask
from assay.rehearsal import Rehearsal
from assay.target import Target
from lake.aws.executions import StepFunctions
from lake.bundle import contracts_root
from lake.errors import SmokeTestError
from lake.rules import layout
from lake.rules.build_manifest import STACK
from lake.rules.canary import DATASET, Canary, canary_of, problems_of_balances, problems_of_summary
from lake.rules.contract import load_contracts
from lake.rules.json_record import to_json
from lake.rules.trigger import REQUEST, RunRequest, request_of
from lake.steps.ports import Store

RUN_SECONDS = 2700
CHECK_SECONDS = 1800
POLL_SECONDS = 1.0
MOST_ROWS = 10
MOST_LOG_LINES = 20


class StackSmokeTest:
    """The `SmokeTest` port of one environment."""

    def __init__(self, target: Target, store: Store, say: Callable[[str], None]) -> None:
        self._target = target
        self._store = store
        self._say = say

    def run(self, deployment_id: str, build_id: str, version_arn: str) -> None:
        """Raises SmokeTestError with what was expected and what was found."""
        now = datetime.now(UTC)
        canary = canary_of(f"{deployment_id}-{now:%H%M%S}", now.date())
        rehearsal = Rehearsal(self._target, canary.account)
        views, checks = self._questions(build_id)
        rehearsal.call_functions(now)
        self._ask_all(views)
        failed = self._fail(rehearsal, now, version_arn)
        self._succeed(canary, now, version_arn)
        rehearsal.require_told(failed, now)
        self._ask_all(checks)

    def _fail(self, rehearsal: Rehearsal, now: datetime, version_arn: str) -> str:
        run_id, arn = rehearsal.fail_a_run(now, version_arn)
        self._say(f"run that must fail {run_id}")
        found = self._ended(run_id, arn)
        if found.status != "FAILED":
            raise SmokeTestError(f"run {run_id} had to fail, it ended as {found.status}", arn)
        return run_id

    def _succeed(self, canary: Canary, now: datetime, version_arn: str) -> None:
        key = layout.bronze_prefix(DATASET, now.date()) + f"{canary.account}.csv"
        self._store.create(self._target.bucket("bronze"), key, canary.text)
        run_id, arn = self._start(key, now, version_arn)
        self._say(f"canary {run_id}")
        found = self._ended(run_id, arn)
        if found.status != "SUCCEEDED":
            raise self._failed(found)
        self._judge(canary, run_id, arn)

    def _start(self, key: str, now: datetime, version_arn: str) -> tuple[str, str]:
        bucket = self._target.bucket("bronze")
        asked = {"trigger": REQUEST, "dataset": DATASET, "keys": [key], "requested_at": now.isoformat()}
        request = request_of(asked, bucket, load_contracts(contracts_root()), now.isoformat())
        assert isinstance(request, RunRequest)
        machine = StepFunctions(self._target.client("stepfunctions"), version_arn)
        arn, _ = machine.start(request.run_id, to_json(request, one_line=True))
        return request.run_id, arn

    def _failed(self, found: Execution) -> SmokeTestError:
        """The first error in words, then the way there."""
        story = runs.story(self._target, found.run_id)
        states = [f"{each['state']}: {each['seconds']} s" for each in story["states"] if each["tries"]]
        failure = story["failure"]
        told = f"ended as {found.status}: {found.error}"
        if failure:
            told = f"failed in {failure['state']}: {failure['message']}"
        log = (failure.get("job") or {}).get("log_tail", ())
        return SmokeTestError(f"the canary {told} (run {found.run_id})", found.arn, (*log[-MOST_LOG_LINES:], *states))

    def _ended(self, run_id: str, arn: str) -> Execution:
        deadline = time.monotonic() + RUN_SECONDS
        while (found := executions.describe(self._target, run_id)).status not in executions.OVER:
            if time.monotonic() > deadline:
                self._target.client("stepfunctions").stop_execution(executionArn=arn, cause="the smoke test gave up")
                raise SmokeTestError(f"the canary's run {run_id} was not over after {RUN_SECONDS} s", arn)
            time.sleep(POLL_SECONDS)
        return found

    def _judge(self, canary: Canary, run_id: str, arn: str) -> None:
        story = runs.story(self._target, run_id)
        outcome, summary = story["ledger"].get("outcome"), story["summary"]
        if outcome != "succeeded":
            reasons = tuple(story["ledger"].get("reasons", []))
            raise SmokeTestError(f"the canary's run {run_id} was to succeed, it ended as {outcome}", arn, reasons)
        wrong = problems_of_summary(canary, summary["counts"], summary["late"]) + self._problems_in_athena(
            canary, run_id
        )
        if wrong:
            raise SmokeTestError(f"the canary's run {run_id}: " + "; ".join(wrong), arn, tuple(wrong))

    def _problems_in_athena(self, canary: Canary, run_id: str) -> list[str]:
        held = self._ask("canary_quarantine", f"SELECT count(*) FROM canary_quarantine WHERE run_id = '{run_id}'")
        rows = self._ask("canary", f"SELECT count(*) FROM canary WHERE account_id = '{canary.account}'")
        balances = self._ask(
            "canary_balances",
            f"SELECT as_of_month, closing_balance FROM canary_balances WHERE account_id = '{canary.account}'",
        )
        expected = {"canary_quarantine": (held, "quarantined"), "canary": (rows, "valid")}
        wrong = [
            f"{table}: expected {canary.counts[count]} rows, found {answer.rows[0][0]}"
            for table, (answer, count) in expected.items()
            if answer.rows[0][0] != str(canary.counts[count])
        ]
        return wrong + problems_of_balances(canary, [(str(month), Decimal(str(due))) for month, due in balances.rows])

    def _ask_all(self, questions: dict[str, str]) -> None:
        for name, sql in questions.items():
            self._say(f"check {name}")
            self._check(name, sql)

    def _questions(self, build_id: str) -> tuple[dict[str, str], dict[str, str]]:
        """What the build must answer with no rows: each view asked for nothing, and sql/checks."""
        stack = self._store.read(self._target.bucket("artifacts"), layout.build_artefact(build_id, STACK)).body
        with zipfile.ZipFile(io.BytesIO(stack)) as archive:
            names = [each for each in archive.namelist() if each.startswith("sql/") and each.endswith(".sql")]
            views = [each.split("/")[2].removesuffix(".sql") for each in names if each.startswith("sql/views/")]
            checks = {each: archive.read(each).decode() for each in names if each.startswith("sql/checks/")}
        return {f"view {view}": f"SELECT * FROM {view} LIMIT 0" for view in views}, checks

    def _check(self, name: str, sql: str) -> None:
        """A run between silver and gold may leave rows for a while: what counts is the answer when none is at work."""
        deadline = time.monotonic() + CHECK_SECONDS
        while True:
            at_work = self._runs_at_work()
            answer = self._ask(name, sql)
            if not answer.rows:
                return
            if not at_work or time.monotonic() > deadline:
                break
            time.sleep(POLL_SECONDS)
        found = [json.dumps(dict(zip(answer.columns, row, strict=True))) for row in answer.rows[:MOST_ROWS]]
        raise SmokeTestError(f"{name} must return no rows, it returned {len(answer.rows)}", lines=tuple(found))

    def _runs_at_work(self) -> bool:
        client = self._target.client("stepfunctions")
        found = client.list_executions(stateMachineArn=self._target.state_machine, statusFilter="RUNNING", maxResults=1)
        return bool(found["executions"])

    def _ask(self, name: str, sql: str) -> Answer:
        try:
            return ask(self._target, sql)
        except CommandError as error:
            raise SmokeTestError(f"{name} cannot be asked: {error}", lines=(sql,)) from error
