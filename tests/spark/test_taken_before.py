"""A source that an earlier run had promoted before it failed, taken again under the rules of another day."""

from dataclasses import replace

import pytest

from lake.rules import layout
from lake.rules.correction import ACCEPT
from lake.rules.plan import Source
from lake.rules.run import RunId
from lake.rules.summary import RunSummary
from lake.steps.promote_partition import promote_partition
from lake.steps.read_run_summary import read_run_summary
from tests.spark.disk_lake import DiskLake, csv, row
from tests.spark.test_replacement import strict
from tests.spark.test_retry import fix, promoted, silver_ids, waiting

pytestmark = pytest.mark.spark

# under strict rules TT22 is a bad row
BODY = csv(row("T1"), row("TT22"), row("T3", "x"))


def taken(lake: DiskLake, source: Source) -> RunSummary:
    """The first run, which fails when silver and quarantine are promoted."""
    summary = lake.run([source])
    lake.promote(summary)
    return summary


def again(lake: DiskLake, source: Source) -> RunSummary:
    """The next run over the same source, through the gate and promoted."""
    return promoted(lake, lake.run([replace(source, taken_before=True)]))


def ends(summary: RunSummary) -> tuple[int, int, int]:
    counts = summary.counts
    return counts.valid, counts.quarantined, counts.duplicate


def states(lake: DiskLake) -> dict[str, tuple[str, int, int]]:
    return {
        each["raw_record"][:4]: (each["state"], each["attempt_count"], each["revision"])
        for each in lake.held().values()
    }


def test_under_the_same_rules_everything_is_there_already(lake: DiskLake) -> None:
    source = lake.deliver(BODY)
    taken(lake, source)
    before = (lake.entries(), lake.current_silver())
    assert ends(again(lake, source)) == (0, 0, 3)
    assert (lake.entries(), lake.current_silver()) == before


def test_an_open_row_that_is_valid_now_is_recovered_not_doubled(lake: DiskLake) -> None:
    source = lake.deliver(BODY)
    taken(strict(lake), source)
    assert (silver_ids(lake), len(states(lake))) == (["T1"], 2)
    summary = again(lake, source)
    assert (ends(summary), summary.recovered) == ((1, 0, 2), 1)
    assert silver_ids(lake) == ["T1", "TT22"]
    assert states(lake) == {"TT22": ("recovered", 0, 1), "T3,A": ("open", 0, 0)}
    entry = waiting(lake, "TT22")
    assert (entry["errors"], entry["row_id"]) == ([], lake.current_silver()[1]["row_id"])
    assert entry["retry_history"][-1]["changed"].startswith("valid as it was delivered")
    assert ends(again(lake, source)) == (0, 0, 3)


def test_a_row_of_silver_that_fails_now_is_not_opened_beside_it(lake: DiskLake) -> None:
    source = lake.deliver(BODY)
    taken(lake, source)
    assert ends(again(strict(lake), source)) == (0, 0, 3)
    assert (silver_ids(lake), states(lake)) == (["T1", "TT22"], {"T3,A": ("open", 0, 0)})


def test_what_people_decided_meanwhile_holds(lake: DiskLake) -> None:
    body = csv(row("T1"), row("TT22"), row("TT33"), row("TT44"))
    source, hard = lake.deliver(body), strict(lake)
    taken(hard, source)
    promoted(hard, hard.retry([fix(waiting(hard, "TT22"), TransactionID="T5")]))
    promoted(hard, hard.retry([fix(waiting(hard, "TT33"))], ACCEPT))
    assert ends(again(lake, source)) == (1, 0, 3)
    assert silver_ids(lake) == ["T1", "T5", "TT44"]
    assert states(lake) == {"TT22": ("recovered", 1, 1), "TT33": ("condemned", 0, 1), "TT44": ("recovered", 0, 1)}


def test_a_row_whose_key_is_taken_by_now_waits_on(lake: DiskLake) -> None:
    source, hard = lake.deliver(csv(row("T1"), row("TT22"))), strict(lake)
    taken(hard, source)
    lake.ingest_and_promote(csv(row("TT22", "7.00")), day="2024-04-01")
    summary = again(lake, source)
    assert (ends(summary), summary.recovered) == ((0, 0, 2), 0)
    assert states(lake) == {"TT22": ("open", 0, 0)}


def test_a_row_that_only_silver_had_got_is_closed(lake: DiskLake) -> None:
    """The second run died as well, between silver and quarantine."""
    source = lake.deliver(BODY)
    taken(strict(lake), source)
    second = lake.run([replace(source, taken_before=True)])
    for part in second.partitions:
        promote_partition(
            lake.lake, layout.table_place(lake.buckets.silver, "transactions", "v1"), "silver", second, part
        )
    assert (silver_ids(lake), states(lake)["TT22"][0]) == (["T1", "TT22"], "open")
    summary = again(lake, source)
    assert (ends(summary), summary.recovered) == ((0, 0, 3), 1)
    assert states(lake)["TT22"] == ("recovered", 0, 1)


def test_only_the_sources_that_were_taken_before_are_looked_for(lake: DiskLake) -> None:
    source, hard = lake.deliver(BODY), strict(lake)
    taken(hard, source)
    other = lake.deliver(csv(row("TT55"), row("T3", "x")), day="2024-04-01")
    summary = promoted(lake, lake.run([replace(source, taken_before=True), other]))
    assert (ends(summary), summary.recovered) == ((2, 0, 3), 1)
    assert silver_ids(lake) == ["T1", "TT22", "TT55"]
    assert read_run_summary(lake.lake, RunId(summary.run_id), "silver").reasons == ()
