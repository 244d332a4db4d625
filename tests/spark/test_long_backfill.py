"""Twelve months replaced in one request: one job run, a commit for each month, a journal that knows where it is."""

from typing import Any

import pytest

from lake.errors import StoreError
from lake.rules import layout
from lake.rules.journal import Journal
from lake.rules.run import RunId
from lake.rules.snapshot import Pointer
from lake.rules.summary import RunSummary
from lake.steps.current import read_pointer
from lake.steps.promote_run import find_journal
from tests.spark.disk_lake import DiskLake, csv, row
from tests.spark.local_store import LocalStore

pytestmark = pytest.mark.spark

MONTHS = [f"2024-{month:02d}" for month in range(1, 13)]
YEAR = [row(f"M{month:02d}", f"{month}.00", at=f"2024-{month:02d}-15T12:00:00Z") for month in range(1, 13)]
BESIDE = [row("B1", at="2023-12-31T23:59:59Z"), row("B2", at="2025-01-01T00:00:00Z")]


@pytest.fixture
def year(lake: DiskLake) -> RunSummary:
    """A year that came in one delivery, with a row on either side of it, replaced from one that has one row more."""
    lake.ingest_and_promote(csv(*YEAR, *BESIDE))
    return lake.run([lake.deliver(csv(*YEAR, *BESIDE, row("NEW", at="2024-07-07T07:07:07Z")))], months=MONTHS)


def showing(lake: DiskLake, run_id: str) -> list[str]:
    """The months that show a run, and a look at every pointer on the way."""
    return [name for name, pointer in pointers(lake).items() if pointer.run_id == run_id]


def pointers(lake: DiskLake) -> dict[str, Pointer]:
    place = layout.table_place(lake.buckets.silver, "transactions", "v1")
    names = [f"year={month[:4]}/month={month[5:]}" for month in ("2023-12", *MONTHS, "2025-01")]
    found = {name: read_pointer(lake.lake.store, place, name) for name in names}
    return {name: pointer for name, pointer in found.items() if pointer is not None}


def journal(lake: DiskLake, run_id: str) -> Journal:
    found = find_journal(lake.lake, RunId(run_id))
    assert found is not None
    return found


def test_one_job_run_replaces_a_year_and_leaves_its_neighbours(lake: DiskLake, year: RunSummary) -> None:
    before = pointers(lake)
    assert {file.uri.split("attempt=")[1].split("/")[0] for part in year.partitions for file in part.files} == {"jr_1"}
    assert [part.rows for part in year.partitions] == [1] * 6 + [2] + [1] * 5
    assert (year.counts.valid, year.counts.outside) == (13, 2)
    assert [each.added for each in year.comparison] == [0] * 6 + [1] + [0] * 5
    lake.promote(year)
    after = pointers(lake)
    assert len(showing(lake, year.run_id)) == 12
    beside = ("year=2023/month=12", "year=2025/month=01")
    assert [after[name] for name in beside] == [before[name] for name in beside]
    assert journal(lake, year.run_id).is_complete("silver")


def test_a_promotion_that_dies_goes_on_where_it_stopped(
    lake: DiskLake, year: RunSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, commits = type(lake.lake.store), 0
    replace, manifests = store.replace, layout.table_place(lake.buckets.silver, "transactions", "v1").current_prefix

    def dies_at_the_fifth(self: LocalStore, bucket: str, key: str, *rest: Any) -> str:
        nonlocal commits
        commits += key.startswith(manifests) and key.endswith(layout.MANIFEST)
        if commits == 5:
            raise StoreError("the function was killed")
        return replace(self, bucket, key, *rest)

    monkeypatch.setattr(store, "replace", dies_at_the_fifth)
    with pytest.raises(StoreError):
        lake.promote(year)
    begun = journal(lake, year.run_id).layers["silver"]
    assert (len(begun.done), len(begun.pending)) == (4, 8)
    assert len(showing(lake, year.run_id)) == 4
    monkeypatch.undo()
    lake.promote(year)
    assert len(showing(lake, year.run_id)) == 12
    assert journal(lake, year.run_id).is_complete("silver")
    assert [pointer.sequence for pointer in pointers(lake).values()] == [1] + [2] * 12 + [1]
