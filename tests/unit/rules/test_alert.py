"""Mails: what happened, what it means for the data, what to do next."""

from lake.rules.alert import data_sentence, failure_alert, refusal_alert, refused_sources_alert
from lake.rules.failure import Failure, JobFailure
from lake.rules.journal import GOLD, SILVER, Journal, Promoted
from lake.rules.ledger import RunEnd
from lake.rules.plan import RefusedSource
from tests.builders import KEY, plan_of, source

END = RunEnd("run-1", "transactions", "event", "refused", "arn:1", ("too many bad rows",))
NONE = Journal(1, "run-1")
SOME = NONE.begun(SILVER, ("a", "b")).noted(SILVER, Promoted("a", "1"))
ALL = SOME.noted(SILVER, Promoted("b", "1"))


def test_a_refusal_names_run_reasons_data_and_next_step() -> None:
    alert = refusal_alert("prod", END, plan_of(), None)
    assert alert.subject == "Assay prod: run of transactions refused"
    for words in ("run-1", "arn:1", "too many bad rows", "Nothing was promoted", "Next step: ", "refused-run.md"):
        assert words in alert.body


def test_a_refusal_tells_what_was_wrong_with_the_rows_most_frequent_first() -> None:
    body = refusal_alert("prod", END, plan_of(), None, {"BAD_TYPE": 3, "TOO_LONG": 7}).body
    assert "too many bad rows\n- rows with errors: TOO_LONG 7, BAD_TYPE 3" in body
    assert "rows with errors" not in refusal_alert("prod", END, plan_of(), None, {}).body


def test_files_that_were_refused_are_to_be_delivered_again() -> None:
    refused = RefusedSource("s", KEY, "SCHEMA_MISMATCH", "column Currency is missing")
    plan = plan_of(1, source(0))
    alert = refusal_alert("prod", END, plan, None)
    assert "deliver them again" in alert.body
    partly = refused_sources_alert("prod", END, type(plan)(**{**plan.__dict__, "refused_sources": (refused,)}))
    assert partly.subject == "Assay prod: 1 file(s) of transactions refused"
    assert f"{KEY}: SCHEMA_MISMATCH: column Currency is missing" in partly.body


def test_a_failure_names_state_error_log_and_context() -> None:
    job = JobFailure("job", "jr_1", ("last line",))
    failure = Failure(
        1, "run-1", "transactions", "event", "BuildGold", "States.TaskFailed", "boom", "{}", "data", "step",
        (), (), (), "arn:1", "b", "now", job,
    )  # fmt: skip
    alert = failure_alert("prod", failure, "s3://c/_FAILED.json")
    assert alert.subject == "Assay prod: run of transactions failed in BuildGold"
    for words in ("BuildGold: States.TaskFailed: boom", "last line", "Data: data", "s3://c/_FAILED.json"):
        assert words in alert.body


def test_long_lists_are_cut() -> None:
    many = RunEnd("run-1", "transactions", "event", "refused", "arn:1", tuple(f"reason {n}" for n in range(100)))
    body = refusal_alert("prod", many, plan_of(), None).body
    assert "reason 19\n- and 80 more" in body


def test_what_readers_see_depends_on_the_journal() -> None:
    assert "Nothing was promoted" in data_sentence(None)
    assert "Nothing was promoted" in data_sentence(NONE.begun(SILVER, ("a",)))
    assert data_sentence(SOME).startswith("1 of 2 partitions were promoted")
    assert "gold is not up to date (0 of" in data_sentence(ALL)
    assert "gold is not up to date (0 of" in data_sentence(ALL.begun(GOLD, ("g",)))
    assert "Silver and gold are promoted completely" in data_sentence(ALL.begun(GOLD, ()))
