"""Scenario 3: a producer adds a column. Old and new rows are read under one name, and move without anybody noticing."""

import csv
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assay import migration, version_life
from assay.query import ask
from assay.query_history import reads_since
from assay.target import Target
from tests.scenarios import pipeline
from tests.scenarios.pipeline import counts, number, outcome, query

pytestmark = [pytest.mark.stack, pytest.mark.real_input, pytest.mark.slow, pytest.mark.timeout(1800)]

MINE = "transaction_id LIKE 'EVO-%'"
V2_FIRST = "2017-06"


@pytest.fixture(scope="module")
def files(purchase_cards: list[Path], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The four months of real rows under ids of their own, so that other scenarios do not meet them."""
    folder = tmp_path_factory.mktemp("evolution")
    for file in purchase_cards:
        (folder / file.name).write_text(file.read_text().replace("BCC-", "EVO-").replace("card-", "evo-"))
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def stories(target: Target, files: list[Path]) -> list[dict[str, object]]:
    """All four files, delivered one after the other."""
    days = ("2017-03-28", "2017-04-28", "2017-05-28", "2017-06-28")
    return [pipeline.run_file(target, file, day) for file, day in zip(files, days, strict=True)]


def test_three_files_of_v1_and_one_of_v2_go_in(files: list[Path], stories: list[dict[str, object]]) -> None:
    for file, story, version in zip(files, stories, ("v1", "v1", "v1", "v2"), strict=True):
        assert outcome(story) == "succeeded"
        assert counts(story)["valid"] == len(_rows([file]))
        assert [each["schema_version"] for each in story["sources"]] == [version]  # type: ignore[attr-defined]


def test_every_row_is_there_once_with_its_category(
    target: Target, files: list[Path], stories: list[dict[str, object]]
) -> None:
    found = query(target, f"SELECT transaction_id, merchant_category, schema_v FROM transactions WHERE {MINE}")
    expected = {
        row["TransactionID"]: (row.get("MerchantCategory") or None, "v2" if "MerchantCategory" in row else "v1")
        for row in _rows(files)
    }
    assert len(found) == len(expected)
    assert {str(key): (category or None, version) for key, category, version in found} == expected


def test_each_version_still_answers_by_itself(
    target: Target, files: list[Path], stories: list[dict[str, object]]
) -> None:
    *old, new = files
    assert number(target, f"SELECT count(*) FROM transactions_v1 WHERE {MINE}") == len(_rows(old))
    assert number(target, f"SELECT count(*) FROM transactions_v2 WHERE {MINE}") == len(_rows([new]))


def test_balances_are_those_of_all_four_files(
    target: Target, files: list[Path], stories: list[dict[str, object]]
) -> None:
    pipeline.balances_agree(target, "evo-%", files)


def test_a_row_that_comes_again_in_the_other_version_is_a_duplicate_or_a_conflict(
    target: Target, files: list[Path], stories: list[dict[str, object]], tmp_path: Path
) -> None:
    same, other = _rows([files[0]])[:2]
    header = [*same, "MerchantCategory"]
    rows = [[*same.values(), ""], [*(other | {"TransactionAmount": "0.01"}).values(), ""]]
    before = number(target, f"SELECT count(*) FROM transactions WHERE {MINE}")
    story = pipeline.run_file(target, pipeline.write_csv(tmp_path / "again.csv", rows, header), "2017-06-29")
    # one row in two is over the gate's threshold, and refused or not: nothing comes twice
    assert story["summary"]["counts"]["duplicate"] == 1
    assert story["summary"]["errors"] == {"KEY_CONFLICT": 1}
    assert number(target, f"SELECT count(*) FROM transactions WHERE {MINE}") == before


def test_only_the_months_asked_for_are_read(target: Target, stories: list[dict[str, object]]) -> None:
    months = ("year = 2017 AND month = 3", f"year = 2017 AND month IN (3, 4) AND {MINE}", "year >= 2010")
    scanned = [ask(target, f"SELECT count(amount) FROM transactions WHERE {where}").scanned_bytes for where in months]
    one, two, everything = scanned
    assert 0 < one < two < everything


def test_the_report_says_who_reads_an_old_version(target: Target, stories: list[dict[str, object]]) -> None:
    sql = "SELECT count(*) AS old_rows FROM transactions_v1 WHERE year = 2017"
    target.client("athena").create_named_query(
        Name="old rows", Database=target.database, QueryString=sql, WorkGroup=target.name
    )
    number(target, sql + ";")
    v1, v2 = version_life.standings(target, "transactions", 30)
    assert any((each.saved_query, each.workgroup) == ("old rows", target.name) for each in v1.readers)
    assert all(each.user != "somebody" for each in v1.readers), "the trail names who asked"
    assert (v1.has_newer, v2.has_newer) == (True, False)
    since = datetime.now(UTC) - timedelta(days=30)
    assert {"transactions", "transactions_v1"} <= {each.table for each in reads_since(target, since)}


def test_v1_months_move_to_v2_while_somebody_reads(
    target: Target, files: list[Path], stories: list[dict[str, object]]
) -> None:
    expected = len(_rows(files))
    seen: list[tuple[int, int]] = []
    stop = threading.Event()

    def read() -> None:
        sql = f"SELECT count(*), count(DISTINCT transaction_id) FROM transactions WHERE {MINE}"
        while not stop.is_set():
            ((rows, keys),) = query(target, sql)
            seen.append((int(str(rows)), int(str(keys))))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        story = migration.migrate(target, "transactions", ("v1", "v2"), "2016-01..2017-06", quiet=True)
    finally:
        stop.set()
        reader.join()
    assert outcome(story) == "succeeded"
    assert len(seen) > 5
    assert set(seen) == {(expected, expected)}
    assert number(target, f"SELECT count(*) FROM transactions_v1 WHERE {MINE}") == 0
    assert number(target, f"SELECT count(*) FROM transactions_v2 WHERE {MINE}") == expected
    test_balances_are_those_of_all_four_files(target, files, stories)
    again = migration.migrate(target, "transactions", ("v1", "v2"), "2016-01..2017-06", quiet=True)
    assert outcome(again).startswith("nothing_to_do")


def _rows(files: list[Path]) -> list[dict[str, str]]:
    found = []
    for file in files:
        with file.open(newline="", encoding="utf-8") as lines:
            found += list(csv.DictReader(lines))
    assert max(Counter(row["TransactionID"] for row in found).values()) == 1
    return found
