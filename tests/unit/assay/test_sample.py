"""The generated sample."""

import csv
import json
from pathlib import Path

from assay.sample import HEADER, write_sample


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    truths = [write_sample(tmp_path / name, rows=500) for name in ("a.csv", "b.csv")]
    assert truths[0] == truths[1]
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_the_truth_accounts_for_every_row_and_every_kind_of_bad_row(tmp_path: Path) -> None:
    truth = write_sample(tmp_path / "s.csv", rows=2_000)
    with (tmp_path / "s.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    assert tuple(header) == HEADER
    assert len(rows) == truth.rows == truth.valid + truth.quarantined + truth.duplicate
    assert sum(truth.errors.values()) == truth.quarantined
    assert truth.quarantined / truth.rows < 0.05
    assert set(truth.errors) == {
        "AMOUNT_SCALE", "BAD_PATTERN", "BAD_TIMESTAMP", "BAD_TYPE", "KEY_CONFLICT", "MALFORMED_RECORD",
        "MISSING_VALUE", "OUT_OF_RANGE", "TOO_LONG", "UNKNOWN_CURRENCY",
    }  # fmt: skip
    assert json.loads((tmp_path / "s.csv.truth.json").read_text())["valid"] == truth.valid
