"""tell_people: an event of the bus becomes a mail."""

from typing import Any

from functions import wiring
from lake.steps.tell_people import tell_people


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Mail what happened; an event that cannot be put in words is mailed as it is."""
    wiring.begin(event)
    return wiring.answer(tell_people(wiring.mails(), wiring.settings().environment, event))
