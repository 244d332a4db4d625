"""Who may do what: the rendered policies, asked the questions that matter."""

import pytest

from tests.terraform.stack_plan import NAME, Plan

DATA = "transactions/schema_v=v1"
RUN = f"{DATA}/runs/run_id=20240301T020000Z-daily-0123456789ab"
PART = f"{RUN}/attempt=jr_1/year=2024/month=03/part-0.parquet"
SCRATCH = f"{RUN}/attempt=jr_1/_temporary/0/part-0.parquet"
SUMMARY = f"{RUN}/_SUCCESS"
AUDIT = f"{DATA}/audit/run_id=20240301T020000Z-daily-0123456789ab/symlink.txt"
MANIFEST = f"{DATA}/current/year=2024/month=03/symlink.txt"
SNAPSHOT = f"{DATA}/snapshots/year=2024/month=03/00000001-run.json"
CLAIM = "sources/transactions/ingest_date=2024-03-01/0123.json"
DELIVERY = "transactions/ingest_date=2024-03-01/a.csv"
LEDGER = "run_summaries/dataset=transactions/month=2024-03/run.json"
PIPELINE_FUNCTIONS = [
    "dispatch", "plan_run", "read_run_summary", "promote_run", "finish_run", "fail_run", "ask_approval",
    "begin_backfill", "compare_run", "begin_promotion", "find_late", "quarantine_digest", "tell_people",
    "close_run", "check_freshness",
]  # fmt: skip
BACKFILL = "backfills/transactions/20240620T100000Z-01234567.json"
APPROVAL = "approvals/20240620T100000Z-backfill-0123456789ab-start.json"
JOBS = ["bronze_to_silver", "compact", "silver_to_gold"]
LAYERS = ["bronze", "silver", "gold", "quarantine", "control"]
BUS = "arn:aws:events:eu-west-1:111111111111:event-bus/default"
EXECUTION = f"arn:aws:states:eu-west-1:111111111111:execution:{NAME}-pipeline:r"
TOPICS = [f"arn:aws:sns:eu-west-1:111111111111:{NAME}-{each}" for each in ("alerts", "rehearsals")]
OURS = {"events:source": "assay"}
TELLERS = {
    "dispatch", "ask_approval", "finish_run", "find_late", "quarantine_digest", "close_run", "check_freshness",
}  # fmt: skip
ALIAS = f"arn:aws:states:eu-west-1:111111111111:stateMachine:{NAME}-pipeline:live"


def at(layer: str, key: str) -> str:
    return f"arn:aws:s3:::{NAME}-{layer}/{key}"


@pytest.mark.parametrize(
    ("function", "action", "resource"),
    [
        ("dispatch", "s3:GetObject", at("bronze", DELIVERY)),
        ("dispatch", "states:StartExecution", ALIAS),
        ("dispatch", "s3:PutObject", at("control", "life_cycle/transactions/v1-deprecated.json")),
        ("plan_run", "s3:GetObject", at("bronze", DELIVERY)),
        ("plan_run", "s3:ListBucket", f"arn:aws:s3:::{NAME}-bronze"),
        ("plan_run", "s3:PutObject", at("control", CLAIM)),
        ("plan_run", "s3:PutObject", at("control", "leases/transactions.json")),
        ("plan_run", "states:DescribeExecution", f"arn:aws:states:eu-west-1:111111111111:execution:{NAME}-pipeline:r"),
        ("plan_run", "s3:GetObject", at("quarantine", "transactions/quarantined/snapshots/ingest_date=d/1.json")),
        ("plan_run", "s3:GetObject", at("quarantine", "transactions/corrections/a.jsonl")),
        ("plan_run", "s3:PutObject", at("silver", SUMMARY)),
        ("read_run_summary", "s3:GetObject", at("silver", SUMMARY)),
        ("read_run_summary", "s3:GetObject", at("quarantine", "transactions/quarantined/runs/run_id=r/a.parquet")),
        ("read_run_summary", "s3:GetObject", at("control", "runs/r/plan.json")),
        ("promote_run", "s3:PutObject", at("silver", MANIFEST)),
        ("promote_run", "s3:PutObject", at("gold", SNAPSHOT)),
        ("promote_run", "s3:PutObject", at("quarantine", "transactions/quarantined/current/ingest_date=d/symlink.txt")),
        ("promote_run", "s3:PutObject", at("control", "runs/r/journal.json")),
        ("finish_run", "s3:PutObject", at("control", LEDGER)),
        ("finish_run", "states:GetExecutionHistory", EXECUTION),
        ("plan_run", "s3:PutObject", at("control", "runs/r/sources/s/a.csv")),
        ("plan_run", "s3:GetObject", at("silver", MANIFEST)),
        ("plan_run", "s3:PutObject", at("control", BACKFILL)),
        ("ask_approval", "s3:PutObject", at("control", APPROVAL)),
        ("begin_backfill", "s3:PutObject", at("control", BACKFILL)),
        ("compare_run", "s3:GetObject", at("silver", SUMMARY)),
        ("compare_run", "s3:PutObject", at("control", BACKFILL)),
        ("begin_promotion", "s3:PutObject", at("control", "leases/transactions.json")),
        ("begin_promotion", "s3:GetObject", at("silver", SUMMARY)),
        ("find_late", "s3:ListBucket", f"arn:aws:s3:::{NAME}-bronze"),
        ("find_late", "states:StartExecution", ALIAS),
        (
            "quarantine_digest",
            "s3:GetObject",
            at("quarantine", "transactions/quarantined/current/ingest_date=d/symlink.txt"),
        ),
        (
            "quarantine_digest",
            "s3:GetObject",
            at("quarantine", "transactions/quarantined/snapshots/ingest_date=d/1.json"),
        ),
        ("quarantine_digest", "s3:ListBucket", f"arn:aws:s3:::{NAME}-quarantine"),
        ("finish_run", "s3:PutObject", at("control", BACKFILL)),
        ("finish_run", "s3:GetObject", at("silver", SNAPSHOT)),
        ("fail_run", "s3:PutObject", at("control", BACKFILL)),
        ("fail_run", "glue:GetJobRun", f"arn:aws:glue:eu-west-1:111111111111:job/{NAME}-bronze-to-silver"),
        ("fail_run", "s3:PutObject", at("control", "runs/r/_FAILED.json")),
        ("fail_run", "states:GetExecutionHistory", EXECUTION),
        ("close_run", "states:GetExecutionHistory", EXECUTION),
        ("close_run", "s3:PutObject", at("control", "runs/r/_FAILED.json")),
        ("close_run", "s3:PutObject", at("control", "leases/transactions.json")),
        ("close_run", "glue:GetJobRun", f"arn:aws:glue:eu-west-1:111111111111:job/{NAME}-bronze-to-silver"),
        ("check_freshness", "s3:GetObject", at("control", LEDGER)),
        ("check_freshness", "s3:ListBucket", f"arn:aws:s3:::{NAME}-control"),
        *(("tell_people", "sns:Publish", topic) for topic in TOPICS),
        ("tell_people", "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:111111111111:{NAME}-untold"),
        ("dispatch", "lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:111111111111:function:{NAME}-tell-people"),
    ],
)
def test_a_function_may_do_its_work(plan: Plan, function: str, action: str, resource: str) -> None:
    assert plan.function(function).allows(action, resource)


@pytest.mark.parametrize(
    ("job", "action", "resource"),
    [
        ("bronze_to_silver", "s3:GetObject", at("bronze", DELIVERY)),
        ("bronze_to_silver", "s3:GetObject", at("silver", "transactions")),  # S3A asks for every parent of a key
        ("bronze_to_silver", "s3:GetObject", at("silver", MANIFEST)),
        ("bronze_to_silver", "s3:GetObject", at("control", "runs/r/sources/s/a.csv")),
        ("bronze_to_silver", "s3:PutObject", at("silver", PART)),
        ("bronze_to_silver", "s3:PutObject", at("silver", AUDIT)),
        ("bronze_to_silver", "s3:PutObject", at("silver", SUMMARY)),
        ("bronze_to_silver", "s3:PutObject", at("quarantine", "transactions/quarantined/runs/run_id=r/a.parquet")),
        ("bronze_to_silver", "s3:DeleteObject", at("silver", SCRATCH)),
        ("compact", "s3:GetObject", at("silver", PART)),
        ("compact", "s3:GetObject", at("control", "runs/r/plan.json")),
        ("compact", "s3:PutObject", at("silver", PART)),
        ("compact", "s3:PutObject", at("silver", SUMMARY)),
        ("silver_to_gold", "s3:GetObject", at("silver", PART)),
        ("silver_to_gold", "s3:PutObject", at("gold", PART)),
        ("silver_to_gold", "s3:GetObject", at("quarantine", "transactions/quarantined/runs/run_id=r/a.parquet")),
    ],
)
def test_a_job_may_do_its_work(plan: Plan, job: str, action: str, resource: str) -> None:
    assert plan.job(job).allows(action, resource)


@pytest.mark.parametrize(
    ("job", "action", "resource"),
    [
        ("bronze_to_silver", "s3:PutObject", at("bronze", DELIVERY)),
        ("bronze_to_silver", "s3:PutObject", at("silver", MANIFEST)),
        ("bronze_to_silver", "s3:PutObject", at("silver", SNAPSHOT)),
        ("bronze_to_silver", "s3:PutObject", at("gold", PART)),
        ("bronze_to_silver", "s3:PutObject", at("control", "runs/r/plan.json")),
        ("compact", "s3:PutObject", at("silver", MANIFEST)),
        ("compact", "s3:PutObject", at("quarantine", "transactions/quarantined/runs/run_id=r/a.parquet")),
        ("compact", "s3:GetObject", at("bronze", DELIVERY)),
        ("silver_to_gold", "s3:PutObject", at("silver", PART)),
        ("silver_to_gold", "s3:GetObject", at("bronze", DELIVERY)),
        ("silver_to_gold", "s3:PutObject", at("quarantine", "transactions/quarantined/runs/run_id=r/a.parquet")),
    ],
)
def test_a_job_reaches_nothing_that_is_current(plan: Plan, job: str, action: str, resource: str) -> None:
    assert not plan.job(job).allows(action, resource)


def test_only_promote_run_writes_what_is_current(plan: Plan) -> None:
    writers = {
        address
        for address, policy in plan.role_policies().items()
        for layer in ("silver", "gold", "quarantine")
        for key in (MANIFEST, SNAPSHOT)
        if policy.allows("s3:PutObject", at(layer, key))
    }
    assert writers == {'module.functions.aws_iam_role_policy.this["promote_run"]'}


def test_no_function_of_the_pipeline_can_answer_for_people(plan: Plan) -> None:
    """Only ask_approval writes the question, and nothing but a person sends the answer to the waiting state."""
    for function in PIPELINE_FUNCTIONS:
        policy = plan.function(function)
        assert not policy.allows("states:SendTaskSuccess", "*")
        assert policy.allows("s3:PutObject", at("control", APPROVAL)) == (function == "ask_approval")


def test_promote_run_cannot_touch_the_files_it_promotes(plan: Plan) -> None:
    assert not plan.function("promote_run").allows("s3:PutObject", at("silver", PART))


@pytest.mark.parametrize("function", PIPELINE_FUNCTIONS)
@pytest.mark.parametrize("action", ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:DeleteObjectTagging"])
def test_a_function_can_never_delete(plan: Plan, function: str, action: str) -> None:
    assert all(plan.function(function).denies(action, at(layer, PART)) for layer in LAYERS)


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("key", [PART, SUMMARY, AUDIT, MANIFEST, SNAPSHOT, DELIVERY])
def test_a_job_can_never_delete_data(plan: Plan, job: str, key: str) -> None:
    assert all(plan.job(job).denies("s3:DeleteObject", at(layer, key)) for layer in LAYERS)


@pytest.mark.parametrize("job", JOBS)
def test_a_job_cannot_end_a_version_even_of_its_scratch(plan: Plan, job: str) -> None:
    assert not any(plan.job(job).allows("s3:DeleteObjectVersion", at(layer, SCRATCH)) for layer in LAYERS)


@pytest.mark.parametrize("function", PIPELINE_FUNCTIONS)
def test_functions_count_through_their_logs_and_need_no_permission_for_it(plan: Plan, function: str) -> None:
    assert not plan.function(function).allows("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "Assay"})


def test_the_digest_sees_no_row_and_writes_nothing(plan: Plan) -> None:
    policy = plan.function("quarantine_digest")
    assert not policy.allows("s3:GetObject", at("quarantine", "transactions/corrections/a.jsonl"))
    assert not policy.allows("s3:GetObject", at("quarantine", "transactions/quarantined/runs/run_id=r/a.parquet"))
    assert not any(policy.allows("s3:GetObject", at(layer, PART)) for layer in LAYERS)
    assert not any(policy.allows("s3:PutObject", at(layer, key)) for layer in LAYERS for key in (PART, MANIFEST, CLAIM))
    assert not policy.allows("athena:StartQueryExecution", "*")


@pytest.mark.parametrize("function", PIPELINE_FUNCTIONS)
def test_functions_tell_the_bus_and_only_one_of_them_mails(plan: Plan, function: str) -> None:
    policy = plan.function(function)
    assert policy.allows("events:PutEvents", BUS, OURS) == (function in TELLERS)
    assert not policy.allows("events:PutEvents", BUS, {"events:source": "aws.states"})
    assert {policy.allows("sns:Publish", topic) for topic in TOPICS} == {function == "tell_people"}


def test_looking_at_freshness_changes_nothing(plan: Plan) -> None:
    policy = plan.function("check_freshness")
    assert not any(policy.allows("s3:PutObject", at(layer, key)) for layer in LAYERS for key in (PART, CLAIM, LEDGER))
    assert not policy.allows("s3:GetObject", at("control", "approvals/a.json"))


def test_whoever_mails_sees_the_event_and_nothing_else(plan: Plan) -> None:
    policy = plan.function("tell_people")
    keys = (PART, MANIFEST, CLAIM, SUMMARY, DELIVERY, "runs/r/_FAILED.json")
    for action in ("s3:GetObject", "s3:ListBucket", "s3:PutObject"):
        assert not any(policy.allows(action, at(layer, key)) for layer in LAYERS for key in keys)
    assert not policy.allows("sns:Publish", "arn:aws:sns:eu-west-1:111111111111:another-topic")


def test_analysts_read_silver_and_gold_and_write_nothing_but_results(plan: Plan) -> None:
    policy = plan.analyst()
    assert policy.allows("s3:GetObject", at("silver", PART))
    assert policy.allows("s3:PutObject", f"arn:aws:s3:::{NAME}-athena-results/{NAME}/1.csv")
    assert not policy.allows("s3:GetObject", at("quarantine", "transactions/quarantined/runs/run_id=r/a.parquet"))
    assert not any(policy.allows("s3:PutObject", at(layer, PART)) for layer in LAYERS)
