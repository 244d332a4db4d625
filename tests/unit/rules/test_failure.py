"""The cause of a failure: the first error in words, from whatever Step Functions hands over."""

import json

import pytest

from lake.rules.failure import Cause, parse_cause

JOB = {"Id": "jr_1", "JobName": "job", "JobRunState": "FAILED", "ErrorMessage": "InputMismatchError: 9, not 10"}


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (json.dumps({"errorMessage": "no", "errorType": "StoreError", "stackTrace": []}), Cause("no")),
        (json.dumps(JOB), Cause("InputMismatchError: 9, not 10", "job", "jr_1")),
        (
            json.dumps({**JOB, "ErrorMessage": None, "JobRunState": "TIMEOUT"}),
            Cause("the job run ended as TIMEOUT", "job", "jr_1"),
        ),
        ("State timed out", Cause("State timed out")),
        ('"text"', Cause('"text"')),
        ("{broken", Cause("{broken")),
        ("", Cause("the state failed, and no cause was given")),
    ],
)
def test_causes(cause: str, expected: Cause) -> None:
    assert parse_cause(cause) == expected


def test_an_error_without_a_cause_is_put_in_words() -> None:
    assert parse_cause("", "States.Timeout").message == "it took longer than it may"
    assert parse_cause("", "Odd.Error").message == "Odd.Error, and no cause was given"


def test_a_long_message_is_cut() -> None:
    assert len(parse_cause("x" * 10_000).message) < 2100
