"""What people are to hear of: events on the default bus, and the contract of their fields.

Source `assay`, detail type as below, the detail is an `Event` as JSON. Fields that say nothing may be missing;
fields are only ever added.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from lake.rules.json_record import from_dict

SOURCE = "assay"
# an entry of PutEvents holds 256 KiB; a long log is cut, since the whole is where `context_uri` says
LONGEST_LINE = 500
LONGEST_REASON = 2000
MOST_LINES = 60


class EventKind(StrEnum):
    """Detail types."""

    RUN_FAILED = "Run Failed"
    RUN_TIMED_OUT = "Run Timed Out"
    RUN_ABORTED = "Run Aborted"
    RUN_REFUSED = "Run Refused"
    FILES_REFUSED = "Files Refused"
    GATE_OVERRIDDEN = "Gate Overridden"
    OBJECT_IGNORED = "Object Ignored"
    LATE_DATA = "Late Data"
    APPROVAL_NEEDED = "Approval Needed"
    NOT_APPROVED = "Not Approved"
    VERSION_MOVED = "Version Moved"
    QUARANTINE_WAITS = "Quarantine Waits"
    FRESHNESS_MISSED = "Freshness Missed"
    DRIFT_FOUND = "Drift Found"
    DEPLOYMENT_REVERTED = "Deployment Reverted"
    DEPLOYMENT_FAILED = "Deployment Failed"
    ALARM_RANG = "Alarm Rang"
    FUNCTION_FAILED = "Function Failed"


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    `reason` is the first error in words, `data` says whether data is at risk, `next_step` is the command to type;
    where one of the two is empty, the words of the kind are used. `changes` and `lines` are shown one a line.
    `rehearsal`: the smoke test that made it happen.
    """

    kind: EventKind
    environment: str
    reason: str = ""
    dataset: str = ""
    partitions: tuple[str, ...] = ()
    run_id: str = ""
    state: str = ""
    error: str = ""
    since: str = ""
    execution_arn: str = ""
    build_id: str = ""
    previous: str = ""
    changes: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    data: str = ""
    next_step: str = ""
    runbook: str = ""
    context_uri: str = ""
    rehearsal: str = ""


def detail(event: Event) -> str:
    """The detail of an event as it travels: its kind is the detail type, and what says nothing is left out."""
    shown = asdict(event) | {
        "kind": "",
        "reason": event.reason[:LONGEST_REASON],
        "changes": _cut(event.changes),
        "lines": _cut(event.lines),
    }
    return json.dumps({name: value for name, value in shown.items() if value}, ensure_ascii=False)


def read_detail(detail_type: str, found: Mapping[str, Any]) -> Event:
    """An event from its detail; unknown fields are passed over. Raises RecordError or ValueError."""
    return from_dict(Event, {**found, "kind": EventKind(detail_type)}, "the event's detail")


def _cut(lines: Iterable[str]) -> list[str]:
    return [each[:LONGEST_LINE] for each in islice(lines, MOST_LINES)]
