"""Functions about rows of quarantine by name: what they plan, what they refuse, and who is finished first."""

from typing import Any

import pytest

from functions import wiring
from lake.errors import InvalidRequestError
from lake.rules import layout
from lake.rules.bronze import name_source
from lake.rules.correction import ERASE, RELEASE, RETRY, Correction, corrections_text
from lake.rules.journal import Journal
from lake.rules.json_record import to_json
from lake.rules.layout import Place
from lake.rules.lease import FREE, Lease
from lake.rules.release import APPROVED, new_release
from lake.rules.run import RunId
from lake.steps.releases import answer_release, request_release
from lake.steps.summaries import read_plan
from tests.aws.conftest import Aws
from tests.aws.test_functions import call
from tests.builders import BUCKETS, KEY, MARCH, JobOutput, Rows, csv_body, run_id

DAY = "ingest_date=2024-03-31"
CORRECTIONS = layout.corrections("transactions", "c1")
ANN, BOB = "arn:aws:iam::1:user/ann", "arn:aws:iam::1:user/bob"


def ingested(aws: Aws) -> str:
    """Forty records, one of which waits; the source they came with."""
    aws.s3.put_object(Bucket=BUCKETS.bronze, Key=KEY, Body=csv_body(40))
    call("plan_run")
    JobOutput(wiring.lake(), read_plan(wiring.lake(), run_id())).silver([Rows(rows=39)], [Rows(DAY, 1)])
    call("read_run_summary")
    call("promote_run")
    call("finish_run")
    return name_source(BUCKETS.bronze, KEY, aws.s3.head_object(Bucket=BUCKETS.bronze, Key=KEY)["VersionId"])


def asked(aws: Aws, source: str, kind: str, action: str, **details: str) -> dict[str, Any]:
    """The event of a run about one row."""
    wish = Correction(f"{source}-{'0' * 24}", source, "2024-03-31", "v1", 0, {"TransactionAmount": "1"})
    aws.s3.put_object(Bucket=BUCKETS.quarantine, Key=CORRECTIONS, Body=corrections_text([wish]).encode())
    name = str(run_id(7, kind))
    told = {"corrections": CORRECTIONS, "action": action, "reason": "because", "requested_by": ANN, **details}
    arn = f"{aws.machine_arn.replace(':stateMachine:', ':execution:')}:{name}"
    return {"run_id": name, "execution_arn": arn, "kind": kind, "trigger": {"type": "request"}, "details": told}


def test_a_retry_is_planned_over_the_rows_that_are_named(aws: Aws) -> None:
    source = ingested(aws)
    event = asked(aws, source, "retry", RETRY)
    answer = call("plan_run", **event)
    assert (answer["outcome"], answer["input_records"], answer["unfinished"]) == ("planned", 1, "")
    plan = read_plan(wiring.lake(), RunId(event["run_id"]))
    assert [(each.source_id, each.key, each.uri) for each in plan.sources] == [
        (source, KEY, layout.uri(BUCKETS.quarantine, CORRECTIONS))
    ]
    assert call("plan_run", **event) == answer
    assert "left no readable summary" in call("read_run_summary", **event)["reasons"][0]


@pytest.mark.parametrize(("kind", "action"), [("release", RELEASE), ("erase", ERASE)])
def test_what_two_people_have_to_want_is_planned_only_when_both_do(aws: Aws, kind: str, action: str) -> None:
    source = ingested(aws)
    wish = new_release("transactions", CORRECTIONS, 1, "because", ANN, "2024-04-01T00:00:00Z", action=action)
    request_release(wiring.lake(), wiring.events(), wish)
    event = asked(aws, source, kind, action, request=wish.name, approved_by=BOB)
    with pytest.raises(InvalidRequestError, match="nobody has approved request"):
        call("plan_run", **event)
    answer_release(wiring.lake(), "transactions", wish.name, APPROVED, BOB, "seen it")
    other = ERASE if action == RELEASE else RELEASE
    with pytest.raises(InvalidRequestError, match="nobody has approved request"):
        call("plan_run", **asked(aws, source, other, other, request=wish.name, approved_by=BOB))
    assert call("plan_run", **event)["outcome"] == "planned"


def test_a_run_that_died_between_silver_and_quarantine_is_finished_before_another_is_planned(aws: Aws) -> None:
    source = ingested(aws)
    dead = asked(aws, source, "retry", RETRY)
    call("plan_run", **dead)
    plan = read_plan(wiring.lake(), RunId(dead["run_id"]))
    summary = JobOutput(wiring.lake(), plan).silver([Rows(rows=1)], [Rows(DAY, 1)])
    # a retry leaves its summary with the newest version, whichever its rows are of
    newest = layout.table_place(BUCKETS.silver, "transactions", plan.schema_version)
    aws.s3.put_object(Bucket=newest.bucket, Key=newest.summary(RunId(plan.run_id)), Body=to_json(summary).encode())
    _begun(aws, dead, newest)

    following = {**asked(aws, source, "retry", RETRY), "run_id": str(run_id(8, "retry"))}
    following["execution_arn"] = following["execution_arn"].replace(dead["run_id"], following["run_id"])
    answer = call("plan_run", **following)
    assert (answer["outcome"], answer["unfinished"]) == ("unfinished", dead["run_id"])
    assert call("promote_run", run_id=answer["unfinished"])["promoted"] == 2
    assert call("plan_run", **following)["outcome"] == "planned"


def _begun(aws: Aws, dead: dict[str, Any], silver: Place) -> None:
    """It has begun its promotion, and died for good."""
    held = layout.quarantine_place(BUCKETS.quarantine, "transactions")
    journal = Journal(1, dead["run_id"]).begun("silver", (f"{silver.prefix}/{MARCH}", f"{held.prefix}/{DAY}"))
    lease = Lease(FREE, dead["run_id"], dead["execution_arn"], "now", unfinished=dead["run_id"])
    for key, record in ((layout.journal(RunId(dead["run_id"])), journal), (layout.lease("transactions"), lease)):
        aws.s3.put_object(Bucket=BUCKETS.control, Key=key, Body=to_json(record).encode())
