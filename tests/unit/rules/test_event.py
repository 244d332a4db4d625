"""The contract of events: what travels is what was meant, and it fits."""

import json

import pytest

from lake.rules.event import Event, EventKind, detail, read_detail
from lake.rules.json_record import RecordError

FULL = Event(
    EventKind.RUN_FAILED, "prod", "boom", "transactions", ("year=2024/month=03",), "run-1", "BuildGold", "ValueError",
    "2024-04-01T02:00:00Z", "arn:1", "b2", "b1", ("a: update",), ("line",), "No.", "do it", "failed-run.md", "s3://c/k",
)  # fmt: skip


def test_an_event_comes_back_as_it_was() -> None:
    assert read_detail("Run Failed", json.loads(detail(FULL))) == FULL


def test_what_says_nothing_does_not_travel() -> None:
    assert json.loads(detail(Event(EventKind.DRIFT_FOUND, "prod"))) == {"environment": "prod"}


def test_a_later_field_is_passed_over() -> None:
    assert read_detail("Run Failed", {"environment": "prod", "weather": "rain"}).environment == "prod"


@pytest.mark.parametrize("found", [{}, {"environment": 1}, {"environment": "prod", "lines": "x"}])
def test_a_wrong_field_is_named(found: dict[str, object]) -> None:
    with pytest.raises(RecordError, match="the event's detail is not a Event"):
        read_detail("Run Failed", found)


def test_the_longest_event_fits_into_an_entry() -> None:
    lines = tuple("ä" * 5_000 for _ in range(1_000))
    event = Event(EventKind.RUN_FAILED, "prod", reason="ä" * 100_000, changes=lines, lines=lines)
    assert len(detail(event).encode()) < 200_000
