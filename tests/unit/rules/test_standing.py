"""What is in the way of a version's next step."""

from dataclasses import replace
from datetime import date

import pytest

from lake.rules.standing import Reader, Standing, obstacles

TODAY = date(2026, 11, 23)
READER = Reader("analysts", "jane", "monthly report", 3, "2026-11-20")
V1 = Standing("orders", "v1", "active", True, 10, 2, "2026-10-01T02:00:00Z", ())


def told(found: Standing) -> list[tuple[str, bool]]:
    return [(each.told, each.is_final) for each in obstacles(found, TODAY, 30)]


def test_an_active_version_with_a_successor_may_be_deprecated() -> None:
    assert told(V1) == []
    assert told(replace(V1, readers=(READER,))) == []


@pytest.mark.parametrize("status", ["active", "deprecated"])
def test_without_a_successor_nothing_goes_on(status: str) -> None:
    ((words, is_final),) = told(replace(V1, status=status, has_newer=False))
    assert "has no newer active version" in words
    assert is_final


@pytest.mark.parametrize(("last", "is_quiet"), [("2026-10-23", True), ("2026-10-24", False), ("2026-11-23", False)])
def test_what_is_still_delivered_is_not_closed_without_a_word(last: str, is_quiet: bool) -> None:
    found = told(replace(V1, status="deprecated", last_write=f"{last}T02:00:00Z"))
    assert found == (
        [] if is_quiet else [(f"orders v1 was written on {last}T02:00:00Z: producers still deliver it", False)]
    )


def test_rows_and_readers_are_in_the_way_of_the_archive() -> None:
    rows, reader = told(replace(V1, status="closed", readers=(READER,)))
    assert rows[1]
    assert "holds 10 rows in 2 partitions" in rows[0]
    assert "assay contract migrate orders v1" in rows[0]
    assert reader == (
        "orders v1 is read by jane with saved query 'monthly report' in workgroup analysts: 3 queries, last 2026-11-20",
        False,
    )
    assert told(replace(V1, status="closed", rows=0)) == []


def test_after_the_archive_there_is_nothing() -> None:
    assert told(replace(V1, status="archived")) == [("orders v1 is archived, its life is over", True)]
