"""An event as a mail: the first line tells what happened, the last one what to do."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lake.rules.alert_words import WORDS
from lake.rules.event import Event
from lake.rules.links import execution_page

MOST_LINES = 40
LONGEST_HEADLINE = 300
_UNKNOWN = {
    "dataset": "an unknown dataset",
    "state": "an unknown step",
    "reason": "no reason was given",
    "build_id": "unknown",
    "previous": "the build before",
}
_FACTS = {
    "environment": "Environment",
    "dataset": "Dataset",
    "partitions": "Partitions",
    "run_id": "Run",
    "state": "Where",
    "since": "Since",
    "build_id": "Build",
    "previous": "Build before",
}


@dataclass(frozen=True)
class Alert:
    """One mail."""

    subject: str
    body: str


def alert_mail(event: Event) -> Alert:
    """The mail about an event."""
    whole = _filled(WORDS[event.kind].headline, event)
    headline = whole.splitlines()[0][:LONGEST_HEADLINE]
    in_full = () if headline == whole else tuple(event.reason.splitlines())
    body = [headline, "", *_facts(event), *_listed("In full", in_full), *_rest(event)]
    return Alert(f"Assay {event.environment}: {headline}", "\n".join(body))


def raw_mail(found: object, environment: str, error: Exception) -> Alert:
    """The mail about an event that could not be put in words: the event itself."""
    headline = "Something happened, and the alert about it could not be put in words"
    body = [
        headline,
        "",
        f"Why it could not: {type(error).__name__}: {error}",
        "",
        json.dumps(found, indent=1, ensure_ascii=False, default=str),
        "",
        "Runbook: docs/runbooks/on-call.md",
        f"What to do: read the event above; look at the last runs: assay runs --env {environment}",
    ]
    return Alert(f"Assay {environment}: {headline}", "\n".join(body))


def _facts(event: Event) -> Iterator[str]:
    values = asdict(event)
    for name, title in _FACTS.items():
        if values[name]:
            shown = values[name] if isinstance(values[name], str) else ", ".join(values[name])
            yield f"{title}: {shown}"


def _rest(event: Event) -> Iterator[str]:
    words = WORDS[event.kind]
    yield from _listed("What changed", event.changes)
    yield from _listed("Details", event.lines)
    yield f"\nIs data at risk? {event.data or _filled(words.data, event)}\n"
    yield from _links(event)
    yield f"Runbook: docs/runbooks/{event.runbook or words.runbook}"
    yield f"What to do: {event.next_step or _filled(words.next_step, event)}"


def _links(event: Event) -> Iterator[str]:
    if event.execution_arn:
        yield f"Execution: {execution_page(event.execution_arn)}"
    if event.context_uri:
        yield f"Context: {event.context_uri}"
    if event.run_id:
        yield f"Story: assay runs show {event.run_id} --env {event.environment}"


def _listed(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    if not lines:
        return
    yield f"\n{title}:"
    yield from (f"- {line}" for line in lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        yield f"- and {len(lines) - MOST_LINES} more"


def _filled(template: str, event: Event) -> str:
    given: Mapping[str, Any] = {name: value for name, value in asdict(event).items() if value}
    return template.format_map(defaultdict(lambda: "unknown", {**_UNKNOWN, **given}))
