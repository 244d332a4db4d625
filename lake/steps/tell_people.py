"""TellPeople: put an event in words and mail it; where that fails, mail the event as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lake.rules.alert import Alert, alert_mail, raw_mail
from lake.rules.incoming import read_event
from lake.steps.ports import Notifier


@dataclass(frozen=True)
class TellAnswer:
    """What the mail is about, and whether it is in words."""

    subject: str
    in_words: bool


def tell_people(notifier: Notifier, environment: str, found: Mapping[str, Any]) -> TellAnswer:
    """Mail an event. Whatever it is, somebody hears of it."""
    alert, in_words = _worded(environment, found)
    notifier.send(alert.subject, alert.body)
    return TellAnswer(alert.subject, in_words)


def _worded(environment: str, found: Mapping[str, Any]) -> tuple[Alert, bool]:
    try:
        return alert_mail(read_event(found, environment)), True
    except Exception as error:
        # no fault in wording may keep people from hearing of the event
        return raw_mail(found, environment, error), False
