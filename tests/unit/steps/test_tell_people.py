"""Whatever comes, somebody gets a mail."""

import json
from pathlib import Path
from typing import Any

import pytest

from lake.steps import tell_people as step
from lake.steps.tell_people import Mails, TellAnswer, tell_people
from tests.fakes import Mailbox

EVENT = Path(__file__).parents[2] / "events/alerts/job-raised.json"
ODD: list[dict[str, Any]] = [
    {},
    {"source": "assay"},
    {"source": "assay", "detail-type": "Never Heard Of", "detail": {"environment": "prod"}},
    {"source": "assay", "detail-type": "Run Failed", "detail": {"environment": "prod", "lines": "no list"}},
    {"source": "aws.states", "detail": {"status": "RUNNING"}},
    {"source": "aws.states", "detail": {"status": "FAILED"}},
    {"source": "aws.cloudwatch", "detail": None},
    {"source": "aws.ec2", "detail": {}},
]


def tell(mailbox: Mailbox, event: dict[str, Any], rehearsals: Mailbox | None = None) -> TellAnswer:
    return tell_people(Mails(mailbox, rehearsals or Mailbox()), "prod", event)


def test_an_event_becomes_a_mail_in_words() -> None:
    mailbox, event = Mailbox(), json.loads(EVENT.read_text())
    answer = tell(mailbox, event)
    assert answer.in_words and mailbox.mails[0][1].startswith("Run of transactions failed in IngestToSilver")
    assert (answer.about, answer.rehearsed, answer.message_id) == (event["detail"]["run_id"], False, "mail-1")


@pytest.mark.parametrize(
    "event",
    [
        {"source": "assay", "detail-type": "Run Failed", "detail": {"environment": "prod", "dataset": "canary"}},
        {"source": "assay", "detail-type": "Drift Found", "detail": {"environment": "prod", "rehearsal": "canary-1"}},
        {"source": "assay", "detail-type": "Never Heard Of", "detail": {"rehearsal": "canary-1"}},
        {
            "requestContext": {"functionArn": "arn:aws:lambda:eu-west-1:1:function:assay-close-run"},
            "requestPayload": {
                "source": "aws.states",
                "time": "2024-04-01T02:00:00Z",
                "detail": {"status": "FAILED", "name": "r", "executionArn": "a", "input": '{"dataset": "canary"}'},
            },
        },
    ],
    ids=["of the canary", "in the name of a smoke test", "that cannot be put in words", "that close_run gave up on"],
)
def test_what_a_smoke_test_made_happen_wakes_nobody(event: dict[str, Any]) -> None:
    people, rehearsals = Mailbox(), Mailbox()
    assert tell(people, event, rehearsals).rehearsed
    assert (len(people.mails), len(rehearsals.mails)) == (0, 1)


@pytest.mark.parametrize("event", ODD, ids=str)
def test_an_event_nobody_knows_is_mailed_as_it_came(event: dict[str, Any]) -> None:
    mailbox = Mailbox()
    assert not tell(mailbox, event).in_words
    ((subject, body),) = mailbox.mails
    assert subject.startswith("Assay prod: ") and json.dumps(event, indent=1) in body


def test_a_fault_of_the_wording_itself_keeps_no_mail_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(step, "alert_mail", crash)
    mailbox = Mailbox()
    tell(mailbox, json.loads(EVENT.read_text()))
    assert "ZeroDivisionError: a fault of ours" in mailbox.mails[0][1]
    assert "the bad record is longer than 1 MB" in mailbox.mails[0][1]
