"""Scenario 3, its deployment: a version is added to a running stack, and nothing that is there is replaced."""

import json
from pathlib import Path

import pytest

from assay.target import Target
from tests.scenarios import pipeline
from tests.scenarios.changed_sources import Sources
from tests.scenarios.pipeline import number, outcome, query

# six times Terraform over the whole stack; tests/terraform/test_adding_a_version.py judges the plan itself
pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1800)]

# a build's artefacts lie under the build's own name; everything else stays where it is
MAY_BE_REPLACED = {"aws_s3_object"}


def test_an_additive_change_is_deployed_beside_what_is_there(target: Target, grown: Sources, tmp_path: Path) -> None:
    before = pipeline.run_file(
        target, pipeline.write_csv(tmp_path / "before.csv", pipeline.rows_for("2025-03", 20, "old")), "2025-03-31"
    )
    assert outcome(before) == "succeeded"

    grown.assay("contract", "new-version", "transactions", "--column", "branch:string:Branch")
    grown.assay("contract", "render")
    assert json.loads(grown.assay("contract", "diff", "v2", "v3", "--json"))["verdict"] == "additive"
    _nothing_is_replaced(grown)
    grown.assay("apply", "--json")
    assert grown.plan() == []

    header = [*pipeline.HEADER, "MerchantCategory", "Branch"]
    rows = [[*row, "Fuel", "Leeds"] for row in pipeline.rows_for("2025-03", 5, "new")]
    after = pipeline.run_file(target, pipeline.write_csv(tmp_path / "after.csv", rows, header), "2025-04-01")
    assert outcome(after) == "succeeded"
    found = query(
        target, "SELECT schema_v, branch, count(*) FROM transactions WHERE year = 2025 GROUP BY 1, 2 ORDER BY schema_v"
    )
    assert [[version, branch or None, count] for version, branch, count in found] == [
        ["v1", None, "20"],
        ["v3", "Leeds", "5"],
    ]
    assert number(target, "SELECT count(*) FROM transactions_v1 WHERE year = 2025") == 20


def _nothing_is_replaced(sources: Sources) -> None:
    made = set()
    for each in sources.plan():
        actions, kind = each["change"]["actions"], each["type"]
        assert "delete" not in actions or kind in MAY_BE_REPLACED, (each["address"], actions)
        if actions == ["create"]:
            made.add(each["change"]["after"]["name"])
    assert made == {"transactions_v3", "transactions_v3_runs"}
