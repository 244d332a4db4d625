"""Events: three shapes become a run, each cause always the same one; everything else is refused or ignored in words."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from lake.errors import InvalidRequestError
from lake.rules.trigger import Ignored, RunRequest, request_of
from tests.builders import BUCKETS, CONTRACTS, contracts_with

EVENTS = Path(__file__).parents[2] / "events"
NOW = "2024-04-01T09:00:00Z"


def event(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return found


def request(given: dict[str, Any], contracts: Any = CONTRACTS) -> RunRequest:
    found = request_of(given, BUCKETS.bronze, contracts, NOW)
    assert isinstance(found, RunRequest), found
    return found


def ignored(key: str, trigger: str = "per_object", bucket: str = BUCKETS.bronze) -> str:
    given = event("object_created")
    given["detail"]["bucket"]["name"], given["detail"]["object"]["key"] = bucket, key
    found = request_of(given, BUCKETS.bronze, contracts_with(trigger=trigger), NOW)
    assert isinstance(found, Ignored), found
    return found.reason


def test_an_object_starts_a_run_over_that_version() -> None:
    found = request(event("object_created"))
    assert (found.dataset, found.kind, found.trigger.type) == ("transactions", "event", "object")
    assert found.trigger.keys == ("transactions/ingest_date=2024-03-31/a.csv",)
    assert found.trigger.version_id == "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e"
    assert found.run_id.startswith("20240331T134244Z-event-")


def test_a_redelivered_event_names_the_same_run() -> None:
    again = event("object_created")
    again["id"] = "another delivery"
    assert request(again).run_id == request(event("object_created")).run_id


@pytest.mark.parametrize("field", ["key", "version-id", "sequencer"])
def test_another_object_names_another_run(field: str) -> None:
    other = copy.deepcopy(event("object_created"))
    other["detail"]["object"][field] = "transactions/ingest_date=2024-03-31/z.csv"
    assert request(other).run_id != request(event("object_created")).run_id


def test_a_schedule_starts_a_sweep_named_after_its_time() -> None:
    found = request(event("schedule"))
    assert (found.kind, found.trigger.type, found.trigger.keys) == ("daily", "schedule", ())
    assert found.run_id.startswith("20240401T020000Z-daily-")
    assert request(event("schedule")) == found


def test_a_request_takes_its_keys_in_any_order() -> None:
    given = event("request")
    turned = {**given, "keys": given["keys"][::-1]}
    assert request(given) == request(turned)
    assert request(given).trigger.keys == tuple(sorted(given["keys"]))
    assert not request(given).trigger.again
    assert request({**given, "again": True}).trigger.again


def test_a_request_without_a_time_happens_now() -> None:
    given = event("request")
    del given["requested_at"]
    assert request(given).run_id.startswith("20240401T090000Z-event-")


def test_a_request_without_keys_is_a_sweep() -> None:
    given = event("request")
    del given["keys"]
    assert (request(given).kind, request(given).trigger.keys) == ("daily", ())


@pytest.mark.parametrize(
    ("key", "trigger", "words"),
    [
        ("transactions/ingest_date=2024-03-31/_a.csv", "per_object", "only visible names"),
        ("transactions/ingest_date=2024-03-31/a.parquet", "per_object", "only visible names"),
        ("transactions/ingest_date=2024-03-31/_READY", "per_object", "a marker means nothing"),
        ("transactions/ingest_date=2024-03-31/a.csv", "on_ready_marker", "waits for the day's _READY marker"),
        ("transactions/ingest_date=2024-03-31/a.csv", "schedule", "next scheduled run"),
        ("payments/ingest_date=2024-03-31/a.csv", "per_object", "no contract for dataset 'payments'"),
        ("account_balances/ingest_date=2024-03-31/a.csv", "per_object", "no contract for dataset"),
        ("transactions/a.csv", "per_object", "is not <dataset>/ingest_date=YYYY-MM-DD/<name>"),
    ],
)
def test_what_starts_no_run_is_told(key: str, trigger: str, words: str) -> None:
    assert words in ignored(key, trigger)


def test_another_bucket_is_ignored() -> None:
    assert "is not in the bronze bucket" in ignored("transactions/ingest_date=2024-03-31/a.csv", bucket="other")


def test_a_marker_starts_a_run_where_the_contract_waits_for_it() -> None:
    given = event("object_created")
    given["detail"]["object"]["key"] = "transactions/ingest_date=2024-03-31/_READY"
    assert request(given, contracts_with(trigger="on_ready_marker")).trigger.keys[0].endswith("/_READY")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"hello": 1}, "it has the fields hello"),
        ({}, "(none)"),
        ({"trigger": "schedule", "dataset": "transactions"}, "no 'scheduled_time'"),
        ({"trigger": "schedule", "dataset": "transactions", "scheduled_time": "<now>"}, "'<now>' is not a moment"),
        ({"trigger": "schedule", "dataset": "payments", "scheduled_time": NOW}, "there are: canary, transactions"),
        ({"trigger": "request", "dataset": "transactions", "keys": ["a.csv"]}, "'a.csv' is no source"),
        (
            {"trigger": "request", "dataset": "transactions", "keys": ["x/ingest_date=2024-03-31/a.csv"]},
            "is no source of transactions",
        ),
    ],
)
def test_nonsense_is_refused_in_words(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        request_of(given, BUCKETS.bronze, CONTRACTS, NOW)
    assert words in str(caught.value)


def requested_kind(**fields: Any) -> RunRequest:
    return request({"trigger": "request", "dataset": "transactions", "requested_at": NOW, **fields})


def test_a_request_of_a_kind_without_new_sources_says_what_it_is_about() -> None:
    found = requested_kind(kind="backfill", details={"backfill": "b1"})
    assert (found.kind, found.details, found.trigger.keys) == ("backfill", {"backfill": "b1"}, ())
    assert found.run_id.startswith("20240401T090000Z-backfill-")
    assert requested_kind(kind="backfill", details={"backfill": "b2"}).run_id != found.run_id
    assert requested_kind(kind="rollback", details={"backfill": "b1"}).run_id != found.run_id


def test_such_a_request_without_details_makes_no_sense() -> None:
    with pytest.raises(InvalidRequestError, match="no 'details'"):
        requested_kind(kind="compact")
