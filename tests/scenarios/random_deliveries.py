"""What producers do in a random life, and how their runs die."""

import time
from collections.abc import Sequence
from typing import Any

from assay import executions, runs
from assay.deliveries import run_again
from assay.ingest import find_claim
from lake.rules.held_state import RECOVERED
from tests.held_rows import Content
from tests.scenarios import interruptions, pipeline
from tests.scenarios.both_worlds import KEYS, MOST_ROWS, Both
from tests.scenarios.pipeline import number

AMOUNTS = ("1", "2", "x", "y")
GOOD_ROWS = 100


def deliver(both: Both) -> None:
    """A file with some rows that other files may have as well."""
    _whole(both, _some_rows(both))


def deliver_again(both: Both) -> None:
    """What was delivered before, in another file."""
    old = both.chance.choice(list(both.model.delivered.values()))
    _whole(both, [each for each in old if each[0] in KEYS])


def deliver_with_a_killed_job(both: Both) -> None:
    """Every attempt of the job is killed; the same file is run again."""
    with interruptions.every_spark_process_killed():
        story = pipeline.finish(both.target, _put(both, _some_rows(both), "IngestToSilver"))
    assert pipeline.outcome(story).startswith("failed")
    both.untaken.append(story["run"])
    take_again(both)


def deliver_and_stop_before_silver(both: Both) -> None:
    """The run is stopped while its job works; the file waits until it is taken again."""
    _stopped(both, "IngestToSilver")


def deliver_and_stop_in_gold(both: Both) -> None:
    """The run is stopped when silver and quarantine have its rows; the file waits until it is taken again."""
    _stopped(both, "BuildGold")


def take_again(both: Both) -> None:
    """Files whose runs died are taken by new runs; what is there of them already does not count twice."""
    both.model.take_again()
    while both.untaken:
        story = runs.story(both.target, both.untaken.pop(0))
        source = story["sources"][0]["source_id"]
        in_silver, held = _in_silver(both, source), _states(both, source)
        ended = run_again(both.target, story["run"], quiet=True)
        assert ended["outcome"] == "succeeded", ended
        _count(both, runs.story(both.target, ended["run"]))
        # what waits no more was no duplicate
        both.duplicates -= in_silver + len(held.items() & _states(both, source).items())


def _whole(both: Both, rows: Sequence[Content]) -> None:
    story = pipeline.finish(both.target, _put(both, rows))
    assert pipeline.outcome(story) == "succeeded"
    _count(both, story)


def _some_rows(both: Both) -> list[Content]:
    keys = both.chance.sample(KEYS, both.chance.randint(1, MOST_ROWS))
    return [(key, both.chance.choice(AMOUNTS)) for key in keys]


def _put(both: Both, rows: Sequence[Content], doomed: str = "") -> pipeline.ingest.Delivery:
    """The file with these rows in both worlds; in a state that is doomed, the model's run dies."""
    both.files += 1
    good = [(f"RND-F{both.files}-{place}", "1") for place in range(GOOD_ROWS)]
    records = [*rows, (f"RND-KEPT-{both.files}", f"x{both.files}"), *good]
    both.model.doomed = doomed
    both.model.deliver(both.day(), records)
    lines = [[name, "A", amount, "EUR", f"{both.month}-01T10:00:00Z"] for name, amount in records]
    file = pipeline.write_csv(both.folder / f"rnd{both.files}.csv", lines)
    return pipeline.deliver(both.target, file, both.real(both.day()))


def _stopped(both: Both, state: str) -> None:
    """Stop the execution as soon as it is in a state; CloseRun does the rest."""
    delivery = _put(both, _some_rows(both), state)
    run_id = str(find_claim(both.target, "transactions", delivery)["run_id"])
    _wait_for(lambda: any(each.state == state for each in executions.timeline(both.target, run_id)))
    arn = executions.describe(both.target, run_id).arn
    both.target.client("stepfunctions").stop_execution(executionArn=arn, cause="stopped at random")
    _wait_for(lambda: executions.ledger_entry(both.target, "transactions", run_id))
    assert pipeline.outcome(runs.story(both.target, run_id)).startswith("failed")
    both.untaken.append(run_id)


def _in_silver(both: Both, source: str) -> int:
    """Rows of a source that silver has as they were delivered."""
    month = f"year = {both.month[:4]} AND month = {int(both.month[5:])}"
    sql = f"SELECT count(*) FROM transactions WHERE source_id = '{source}' AND attempt_count = 0 AND {month}"
    return number(both.target, sql)


def _states(both: Both, source: str) -> dict[str, str]:
    """The states of its other rows."""
    rows = (row for row in both.rows().values() if row.source_id == source)
    return {row.row_id: row.state for row in rows if row.state != RECOVERED or row.attempt_count}


def _count(both: Both, story: dict[str, Any]) -> None:
    both.duplicates += int(story["summary"]["counts"]["duplicate"])


def _wait_for(condition: Any, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"nothing within {seconds:.0f} s"
        time.sleep(0.2)
