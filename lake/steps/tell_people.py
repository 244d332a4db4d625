"""TellPeople: put an event in words and mail it; where that fails, mail the event as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lake.rules.alert import Alert, alert_mail, raw_mail
from lake.rules.incoming import read_event
from lake.rules.rehearsal import is_rehearsed, looks_rehearsed
from lake.steps.ports import Notifier


@dataclass(frozen=True)
class Mails:
    """Where mails go: to people, or, when a smoke test made it happen, where nobody reads them."""

    people: Notifier
    rehearsals: Notifier


@dataclass(frozen=True)
class TellAnswer:
    """What became of an event: the mail's subject, what it is about (a run, a smoke test), its id at SNS."""

    subject: str
    about: str
    in_words: bool
    rehearsed: bool
    message_id: str = ""


def tell_people(mails: Mails, environment: str, found: Mapping[str, Any]) -> TellAnswer:
    """Mail an event. Whatever it is, somebody hears of it."""
    alert, answer = _worded(environment, found)
    to = mails.rehearsals if answer.rehearsed else mails.people
    return replace(answer, message_id=to.send(alert.subject, alert.body))


def _worded(environment: str, found: Mapping[str, Any]) -> tuple[Alert, TellAnswer]:
    try:
        event = read_event(found, environment)
        alert = alert_mail(event)
        return alert, TellAnswer(alert.subject, event.run_id or event.rehearsal, True, is_rehearsed(event))
    except Exception as error:
        # no fault in wording may keep people from hearing of the event
        alert = raw_mail(found, environment, error)
        return alert, TellAnswer(alert.subject, "", False, looks_rehearsed(found))
