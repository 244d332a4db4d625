"""What reviewers saw is what is applied, or nothing is."""

from pathlib import Path
from typing import Any

import pytest

from assay import planned_file
from assay.deploy import Reviewed

CREATED = {"address": "a.x", "type": "a", "actions": ("create",), "is_view": False}
PLAN: dict[str, Any] = {
    "build_id": "abc",
    "digest": "0123456789abcdef",
    "counts": {"created": 1},
    "changes": [CREATED],
    "refused": [],
}


@pytest.fixture
def reviewed(tmp_path: Path) -> Path:
    """The file that the reviewers' job has left."""
    file = tmp_path / "plan.json"
    planned_file.write(PLAN, file)
    return file


def test_a_deployment_hears_which_build_and_plan_were_reviewed(reviewed: Path) -> None:
    assert planned_file.read(reviewed) == Reviewed("abc", "0123456789abcdef")


def test_reviewers_see_the_build_and_every_change() -> None:
    text = planned_file.markdown({**PLAN, "refused": ["the bucket would go"]}, "prod")
    assert text.startswith("### Build abc to prod")
    assert "- **refused**: the bucket would go" in text
    assert "- create `a.x`" in text
