"""ask_approval: a run waits, and people are asked whether it may go on."""

from typing import Any

from functions import wiring
from lake.rules.json_record import from_dict
from lake.steps.ask_approval import Question, ask_approval


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Keep the token in the control bucket, mail the question. The token is in no log and no answer."""
    wiring.begin(event)
    return wiring.answer(ask_approval(wiring.lake(), wiring.events(), from_dict(Question, event, "the event")))
