"""The page of a dataset says what its contracts say; the committed pages are fresh."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from lake.rules.dataset_page import render_page
from tests.builders import CONTRACTS

PAGES = Path(__file__).parents[3] / "docs" / "datasets"
DATASETS = [*CONTRACTS.for_people("silver"), *CONTRACTS.for_people("gold")]


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_committed_page_is_fresh(dataset: str) -> None:
    assert (PAGES / f"{dataset}.md").read_text() == render_page(CONTRACTS, dataset)


def test_no_page_is_left_over() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == set(DATASETS)


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_row_of_a_table_has_as_many_cells_as_its_head(dataset: str) -> None:
    for table in re.findall(r"(?:^\|.*\n)+", render_page(CONTRACTS, dataset), re.M):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1, table


def test_each_column_says_which_versions_have_it() -> None:
    page = render_page(CONTRACTS, "transactions")
    assert "| `merchant_category` | string |  | ✓ |" in page
    assert "| `amount` | decimal(18,4) | ✓ | ✓ |" in page


def test_the_life_cycle_is_told() -> None:
    closed = replace(
        CONTRACTS.get("transactions", "v1"), status="closed", accepts_data=False, since="2026-11-01", reason="old"
    )
    contracts = replace(CONTRACTS, by_version={**CONTRACTS.by_version, ("transactions", "v1"): closed})
    assert "| v1 | closed | 2026-11-01 | no | old |" in render_page(contracts, "transactions")
