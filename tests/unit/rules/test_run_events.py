"""What people are told of runs: what happened, what it means for the data, what to do next."""

from lake.rules.alert import alert_mail
from lake.rules.event import EventKind
from lake.rules.failure import Failure, JobFailure
from lake.rules.journal import GOLD, SILVER, Journal, Promoted
from lake.rules.ledger import RunEnd
from lake.rules.plan import RefusedSource
from lake.rules.run_events import data_sentence, failure, refusal, refused_sources
from tests.builders import KEY, plan_of, source

END = RunEnd(
    "run-1", "transactions", "event", "refused", "arn:aws:states:eu-west-1:1:execution:m:r", ("too many bad rows",)
)
NONE = Journal(1, "run-1")
SOME = NONE.begun(SILVER, ("a", "b")).noted(SILVER, Promoted("a", "1"))
ALL = SOME.noted(SILVER, Promoted("b", "1"))


def test_a_refusal_names_run_reasons_data_and_next_step() -> None:
    lines = alert_mail(refusal("prod", END, plan_of(), None)).body.splitlines()
    assert lines[0] == "Run of transactions was refused: too many bad rows"
    assert "Run: run-1" in lines and "- too many bad rows" in lines
    assert "Is data at risk? No. Nothing was promoted: readers see what they saw before the run." in lines
    assert lines[-1].endswith("then assay runs again run-1 --env prod")


def test_a_refusal_tells_what_was_wrong_with_the_rows_most_frequent_first() -> None:
    told = refusal("prod", END, plan_of(), None, {"BAD_TYPE": 3, "TOO_LONG": 7})
    assert told.lines == ("too many bad rows", "rows with errors: TOO_LONG 7, BAD_TYPE 3")
    assert refusal("prod", END, plan_of(), None, {}).lines == ("too many bad rows",)


def test_files_that_were_refused_are_to_be_delivered_again() -> None:
    refused = RefusedSource("s", KEY, "SCHEMA_MISMATCH", "column Currency is missing")
    plan = plan_of(1, source(0))
    assert "deliver them again" in refusal("prod", END, plan, None).next_step
    partly = refused_sources("prod", END, type(plan)(**{**plan.__dict__, "refused_sources": (refused,)}))
    assert partly.kind == EventKind.FILES_REFUSED
    assert partly.lines == (f"{KEY}: SCHEMA_MISMATCH: column Currency is missing",)


def test_a_failure_names_state_error_attempts_log_and_context() -> None:
    job = JobFailure("job", "jr_1", ("last line",))
    found = Failure(
        1, "run-1", "transactions", "event", "BuildGold", "States.TaskFailed", "boom", "{}", "No. data", "do it",
        ("s3://b/a.csv",), (), ("year=2024/month=03",), END.execution_arn, "b", "now", job, attempts=3,
    )  # fmt: skip
    body = alert_mail(failure(EventKind.RUN_FAILED, "prod", found, "s3://c/_FAILED.json")).body
    assert body.startswith("Run of transactions failed in BuildGold: boom\n")
    assert body.endswith("What to do: do it")
    for words in (
        "States.TaskFailed after 3 attempt(s)", "source s3://b/a.csv", "last line", "Is data at risk? No. data",
        "Context: s3://c/_FAILED.json", "Partitions: year=2024/month=03",
    ):  # fmt: skip
        assert words in body


def test_what_readers_see_depends_on_the_journal() -> None:
    assert "Nothing was promoted" in data_sentence(None)
    assert "Nothing was promoted" in data_sentence(NONE.begun(SILVER, ("a",)))
    assert data_sentence(SOME).startswith("No. 1 of 2 partitions were promoted")
    assert "gold is not up to date (0 of" in data_sentence(ALL)
    assert "gold is not up to date (0 of" in data_sentence(ALL.begun(GOLD, ("g",)))
    assert "Silver and gold are promoted completely" in data_sentence(ALL.begun(GOLD, ()))
