"""Several schema versions in one dataset: a row lives in exactly one, a key in all of them only once."""

from dataclasses import replace
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lake.bundle import contracts_root
from lake.errors import InputMismatchError
from lake.rules import layout
from lake.rules.compaction import is_scattered
from lake.rules.contract import Column, Contracts, load_contracts
from lake.rules.json_record import from_json, to_json
from lake.rules.plan import Plan
from lake.rules.run import RunId
from lake.rules.summary import RunSummary
from lake.steps.current import read_pointer
from lake.steps.read_run_summary import read_run_summary
from tests.spark.disk_lake import HEADER, DiskLake, csv, row, tolerant
from transforms.silver import bronze_to_silver

pytestmark = pytest.mark.spark

MARCH = "year=2024/month=03"
HEADER_2 = f"{HEADER},MerchantCategory"
CATEGORY = Column("merchant_category", "string", source="MerchantCategory", max_length=8)


def two_versions() -> Contracts:
    """The contracts with a v2 of transactions that has one column more."""
    known = tolerant(load_contracts(contracts_root()))
    first = known.get("transactions", "v1")
    second = replace(
        first, schema_version="v2", version="2.0.0", fingerprint="2" * 64, columns=(*first.columns, CATEGORY)
    )
    return replace(known, by_version={**known.by_version, ("transactions", "v2"): second})


@pytest.fixture
def both(spark: SparkSession, tmp_path: Any) -> DiskLake:
    return DiskLake(spark, tmp_path, two_versions())


def in_2(line: str, category: str = "") -> str:
    """A line of a v2 file."""
    return f"{line},{category}"


def run(lake: DiskLake, v1: list[str], v2: list[str], months: tuple[str, ...] = ()) -> RunSummary:
    """One run of a v1 file and a v2 file, where there are lines for one."""
    sources = [lake.deliver(csv(*v1), version="v1")] if v1 else []
    sources += [lake.deliver(csv(*v2, header=HEADER_2), version="v2")] if v2 else []
    return lake.run(sources, months=months)


def promoted(lake: DiskLake, summary: RunSummary) -> RunSummary:
    assert read_run_summary(lake.lake, RunId(summary.run_id), "silver").reasons == ()
    lake.promote(summary)
    return summary


def shown(lake: DiskLake, version: str = "", partition: str = MARCH) -> dict[str, str | None]:
    """Key and category of every row a reader sees: of the dataset, or of one version's own table."""
    place = layout.table_place(lake.buckets.silver, "transactions", version or "v1")
    if version:
        found = lake.root / place.bucket / place.version_manifest(partition)
        uris = found.read_text().splitlines() if found.exists() else []
    else:
        pointer = read_pointer(lake.lake.store, place, partition)
        uris = list(pointer.uris) if pointer else []
    if not uris:
        return {}
    rows = lake.spark.read.schema("transaction_id string, merchant_category string").parquet(*uris).collect()
    assert len({each["transaction_id"] for each in rows}) == len(rows)
    return {each["transaction_id"]: each["merchant_category"] for each in rows}


def test_each_row_is_written_in_the_version_of_its_source(both: DiskLake) -> None:
    summary = run(both, [row("T1"), row("T2", at="2024-02-01T00:00:00Z")], [in_2(row("T3"), "food")])
    assert (summary.schema_version, summary.counts.valid) == ("v2", 3)
    assert {
        (part.partition[-2:], layout.version_of(file.uri)): file.rows
        for part in summary.partitions
        for file in part.files
    } == {("02", "v1"): 1, ("03", "v1"): 1, ("03", "v2"): 1}
    assert "merchant_category" in summary.columns
    assert list(summary.older_columns) == ["v1"]
    assert "merchant_category" not in summary.older_columns["v1"]
    for version in ("v1", "v2"):
        place = layout.table_place(both.buckets.silver, "transactions", version)
        audited = both.lake.store.read(place.bucket, place.audit_manifest(RunId(summary.run_id))).text.splitlines()
        assert {layout.version_of(uri) for uri in audited} == {version}

    promoted(both, summary)

    assert shown(both) == {"T1": None, "T3": "food"}
    assert shown(both, "v1") == {"T1": None}
    assert shown(both, "v2") == {"T3": "food"}
    assert shown(both, "v2", "year=2024/month=02") == {}


def test_a_run_of_old_files_only_may_be_planned_under_the_new_version(both: DiskLake) -> None:
    summary = promoted(both, run(both, [row("T1")], []))
    assert (summary.schema_version, summary.columns) == ("v2", {})
    assert shown(both) == shown(both, "v1") == {"T1": None}


@pytest.mark.parametrize("first", ["v1", "v2"])
def test_a_key_that_another_version_has_is_a_duplicate_or_a_conflict(both: DiskLake, first: str) -> None:
    old, new = [row("T1"), row("T2")], [in_2(row("T1")), in_2(row("T2"), "food")]
    promoted(both, run(both, old, []) if first == "v1" else run(both, [], new))
    again = run(both, [], new) if first == "v1" else run(both, old, [])
    assert (again.counts.valid, again.counts.duplicate, again.counts.quarantined) == (0, 1, 1)
    assert again.errors == {"KEY_CONFLICT": 1}
    promoted(both, again)
    assert shown(both) == {"T1": None, "T2": None if first == "v1" else "food"}


def test_two_versions_of_a_key_in_one_run_are_one_row(both: DiskLake) -> None:
    summary = run(both, [row("T1"), row("T2")], [in_2(row("T1")), in_2(row("T3"), "food")])
    assert (summary.counts.valid, summary.counts.duplicate) == (3, 1)
    promoted(both, summary)
    assert shown(both) == {"T1": None, "T2": None, "T3": "food"}


def test_quarantine_names_the_version_a_row_came_in(both: DiskLake) -> None:
    summary = run(both, [row("T1", "x"), row("T2")], [in_2(row("T3"), "far too long"), in_2(row("T4"), "food")])
    found = {each["raw_record"][:2]: each for each in both.quarantine(summary)}
    assert {key: (each["schema_version"], each["contract_version"]) for key, each in found.items()} == {
        "T1": ("v1", "1.0.0"),
        "T3": ("v2", "2.0.0"),
    }
    assert "MerchantCategory" not in found["T1"]["fields"]
    assert found["T3"]["fields"]["MerchantCategory"] == "far too long"


def test_a_replacement_covers_all_versions_of_its_months(both: DiskLake) -> None:
    promoted(both, run(both, [row("T1"), row("T2")], [in_2(row("T3"), "food"), in_2(row("T4"), "food")]))
    summary = run(both, [row("T1")], [in_2(row("T3"), "fuel"), in_2(row("T5"))], months=("2024-03",))
    (compared,) = summary.comparison
    assert (compared.rows_before, compared.rows_after) == (4, 3)
    assert (compared.added, compared.removed, compared.changed) == (1, 2, 1)
    promoted(both, summary)
    assert shown(both) == {"T1": None, "T3": "fuel", "T5": None}


def test_gold_is_built_over_all_versions(both: DiskLake) -> None:
    summary = promoted(both, run(both, [row("T1", "1.00")], [in_2(row("T2", "2.00"), "food")]))
    gold = both.build_gold(summary.run_id)
    total = gold["account_balances"].control_totals[0]
    assert (total.rows, total.expected_rows, total.amount, total.expected_amount) == (2, 2, "3", "3")
    assert list(gold["monthly_activity"].inputs) == [f"transactions/{MARCH}"]
    both.promote_gold(summary.run_id)
    later = promoted(both, run(both, [row("T3", "4.00")], []))
    assert both.build_gold(later.run_id)["monthly_activity"].control_totals[0].amount == "7"


def test_a_source_of_a_newer_version_than_the_plan_is_not_read(both: DiskLake) -> None:
    source = both.deliver(csv(in_2(row("T1")), header=HEADER_2), version="v2")
    key = layout.plan(run_id := both.plan([source]))
    stored = from_json(Plan, both.lake.store.read(both.buckets.control, key).body, key)
    first = both.lake.contracts.get("transactions", "v1")
    older = replace(stored, schema_version="v1", contract_sha256=first.fingerprint)
    both.lake.store.write(both.buckets.control, key, to_json(older))
    with pytest.raises(InputMismatchError, match=r"of schema version v2, but run .* planned under v1"):
        bronze_to_silver(both.job_run(run_id))


def test_a_migration_moves_rows_and_changes_none(both: DiskLake) -> None:
    other = row("O1", at="2024-02-01T00:00:00Z")
    promoted(both, run(both, [row("T1"), row("T2", "2.00"), other], [in_2(row("T3"), "food")]))
    before = lineage(both)

    summary = both.migrate("2024-03")

    assert (summary.counts.valid, summary.mode, summary.schema_version) == (3, "replace", "v2")
    assert {layout.version_of(file.uri) for part in summary.partitions for file in part.files} == {"v2"}
    assert shown(both, "v1") == {"T1": None, "T2": None}
    promoted(both, summary)
    assert shown(both) == shown(both, "v2") == {"T1": None, "T2": None, "T3": "food"}
    assert shown(both, "v1") == {}
    assert shown(both, "v1", "year=2024/month=02") == {"O1": None}
    assert lineage(both) == before

    # what was delivered before comes again, in either version: it is known
    again = run(both, [row("T1")], [in_2(row("T3"), "food")])
    assert (again.counts.valid, again.counts.duplicate) == (0, 2)


def test_a_migration_of_migrated_rows_keeps_their_first_run(both: DiskLake) -> None:
    first = promoted(both, run(both, [row("T1")], []))
    promoted(both, both.migrate("2024-03"))
    promoted(both, both.migrate("2024-03"))
    assert {each["run_id"] for each in lineage(both)} == {first.run_id}


def lineage(lake: DiskLake) -> list[dict[str, Any]]:
    """What traces the current rows of March to their source and run."""
    place = layout.table_place(lake.buckets.silver, "transactions", "v1")
    pointer = read_pointer(lake.lake.store, place, MARCH)
    assert pointer is not None
    names = [each.name for each in lake.lake.contracts.lineage]
    rows = lake.spark.read.parquet(*pointer.uris).select(*names).orderBy("row_id").collect()
    return [each.asDict() for each in rows]


def test_a_month_of_two_versions_is_compacted_version_by_version(both: DiskLake) -> None:
    for turn in (1, 2):
        promoted(both, run(both, [row(f"A{turn}")], [in_2(row(f"B{turn}"), "food")]))
    before = [shown(both, version) for version in ("", "v1", "v2")]
    summary = promoted(both, both.compact("2024-03", "2024-03"))
    (part,) = summary.partitions
    assert sorted((layout.version_of(file.uri), file.rows) for file in part.files) == [("v1", 2), ("v2", 2)]
    assert [shown(both, version) for version in ("", "v1", "v2")] == before
    assert [(each.rows_before, each.rows_after, each.difference) for each in summary.proofs] == [(4, 4, 0)]
    assert len(part.sources) == 4
    assert not is_scattered(part.files, 128)


def test_after_a_migration_a_month_still_names_its_sources(both: DiskLake) -> None:
    first = promoted(both, run(both, [row("T1")], []))
    (part,) = promoted(both, both.migrate("2024-03")).partitions
    assert part.sources == first.sources
