"""Scenario 1 interrupted: Spark or the local AWS killed, the pipeline on hold, readers looking during promotions."""

import json
import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.deliveries import ingest_files, run_again
from assay.runs import story
from assay.target import Target
from local_aws import control
from local_aws.checkpoint import INTERVAL_SECONDS
from tests.scenarios import pipeline
from tests.scenarios.interruptions import every_spark_process_killed, spark_processes
from tests.scenarios.pipeline import counts, number, outcome
from tests.scenarios.reading import a_reader

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(1800)]


def test_a_killed_spark_process_fails_the_run_and_a_new_run_loses_nothing(target: Target, tmp_path: Path) -> None:
    file = pipeline.write_csv(tmp_path / "killed.csv", pipeline.rows_for("2020-03", 60, "killed"))
    delivery = pipeline.deliver(target, file, "2020-03-31")
    with every_spark_process_killed():
        failed = pipeline.finish(target, delivery)
    assert outcome(failed).startswith("failed")
    assert failed["failure"]
    assert number(target, "SELECT count(*) FROM transactions WHERE year = 2020 AND month = 3") == 0
    assert pipeline.mails_about(target, "Run of transactions failed in IngestToSilver", failed["run"])

    again = _request(target, delivery)
    assert outcome(again) == "succeeded"
    assert counts(again)["valid"] == 60
    assert number(target, "SELECT count(*) FROM transactions WHERE year = 2020 AND month = 3") == 60


def test_a_killed_local_aws_comes_back_and_a_new_run_loses_nothing(target: Target, tmp_path: Path) -> None:
    file = pipeline.write_csv(tmp_path / "power-cut.csv", pipeline.rows_for("2020-05", 60, "power"))
    delivery = pipeline.deliver(target, file, "2020-05-31")
    _wait_for(spark_processes, "a Spark process")
    run_id = pipeline.ingest.find_claim(target, "transactions", delivery)["run_id"]
    # what happened since the last checkpoint will be forgotten
    _wait_for(lambda: "IngestToSilver" in _checkpointed_events(run_id), "a checkpoint of it", 20 * INTERVAL_SECONDS)
    os.kill(control.status().pid, signal.SIGKILL)
    control.start()
    failed = pipeline.finish(target, delivery)
    assert pipeline.mails_about(target, "Run of transactions failed in IngestToSilver", failed["run"])
    again = run_again(target, failed["run"], quiet=True)

    assert again["outcome"] == "succeeded"
    assert counts(story(target, again["run"]))["input"] == 60
    assert number(target, "SELECT count(*) FROM transactions WHERE year = 2020 AND month = 5") == 60


def test_what_is_delivered_on_hold_waits_and_the_daily_run_takes_it(target: Target, tmp_path: Path) -> None:
    rule, today = f"{target.name}-bronze-objects", datetime.now(UTC).date().isoformat()
    file = pipeline.write_csv(tmp_path / "on-hold.csv", pipeline.rows_for("2020-06", 20, "hold"))
    target.client("events").disable_rule(Name=rule)
    try:
        (told,) = ingest_files(target, "transactions", [file], today, quiet=True)
    finally:
        target.client("events").enable_rule(Name=rule)
    assert (told["run"], told["outcome"]) == (None, "on_hold")
    schedule = {"trigger": "schedule", "dataset": "transactions", "scheduled_time": f"{today}T02:30:00Z"}
    pipeline.follow(target, pipeline.dispatched(target, schedule)["run_id"], quiet=True)
    assert number(target, "SELECT count(*) FROM transactions WHERE year = 2020 AND month = 6") == 20


def test_readers_only_ever_see_complete_snapshots(target: Target, tmp_path: Path) -> None:
    with a_reader(target, "2020-07") as seen:
        for turn in range(2):
            rows = pipeline.rows_for("2020-07", 50, f"reader-{turn}")
            story = pipeline.run_file(target, pipeline.write_csv(tmp_path / f"reader-{turn}.csv", rows), "2020-07-31")
            assert outcome(story) == "succeeded"
    assert seen == {0, 50, 100}


def _request(target: Target, delivery: pipeline.ingest.Delivery) -> dict:  # type: ignore[type-arg]
    run_id = pipeline.ingest.request_run(target, "transactions", [delivery.key])
    pipeline.follow(target, run_id, quiet=True)
    return pipeline.runs.story(target, run_id)


def _checkpointed_events(run_id: str) -> str:
    file = control.status().folder / "state" / "services" / "stepfunctions.json"
    executions = json.loads(file.read_text())["payload"]["executions"]["data"].values()
    return json.dumps([each["events"] for each in executions if each["name"] == run_id])


def _wait_for(condition: Callable[[], object], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not appear within {seconds:.0f} s"
        time.sleep(0.1)
