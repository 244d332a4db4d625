"""Whatever comes, somebody gets a mail."""

import json
from pathlib import Path
from typing import Any

import pytest

from lake.steps import tell_people as step
from lake.steps.tell_people import tell_people
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


def test_an_event_becomes_a_mail_in_words() -> None:
    mailbox = Mailbox()
    answer = tell_people(mailbox, "prod", json.loads(EVENT.read_text()))
    assert answer.in_words and mailbox.mails[0][1].startswith("Run of transactions failed in IngestToSilver")


@pytest.mark.parametrize("event", ODD, ids=str)
def test_an_event_nobody_knows_is_mailed_as_it_came(event: dict[str, Any]) -> None:
    mailbox = Mailbox()
    assert not tell_people(mailbox, "prod", event).in_words
    ((subject, body),) = mailbox.mails
    assert subject.startswith("Assay prod: ") and json.dumps(event, indent=1) in body


def test_a_fault_of_the_wording_itself_keeps_no_mail_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(step, "alert_mail", crash)
    mailbox = Mailbox()
    tell_people(mailbox, "prod", json.loads(EVENT.read_text()))
    assert "ZeroDivisionError: a fault of ours" in mailbox.mails[0][1]
    assert "the bad record is longer than 1 MB" in mailbox.mails[0][1]
