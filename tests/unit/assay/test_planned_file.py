"""What reviewers saw is what is applied, or nothing is."""

from pathlib import Path
from typing import Any

import pytest

from assay import planned_file
from assay.console import REFUSED, CommandError

CREATED = {"address": "a.x", "type": "a", "actions": ("create",), "is_view": False}
PLAN: dict[str, Any] = {"build_id": "abc", "counts": {"created": 1}, "changes": [CREATED], "refused": []}


@pytest.fixture
def reviewed(tmp_path: Path) -> Path:
    """The file that the reviewers' job has left."""
    file = tmp_path / "plan.json"
    planned_file.write(PLAN, file)
    return file


def test_the_same_plan_goes_on(reviewed: Path) -> None:
    planned_file.require_same(PLAN, reviewed)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"build_id": "def"}, "now:      build def"),
        (
            {"changes": [CREATED, {**CREATED, "address": "b"}], "counts": {"created": 2}},
            "now:      build abc, 2 created",
        ),
        ({"changes": [{**CREATED, "actions": ("delete", "create")}], "counts": {"replaced": 1}}, "1 replaced"),
        ({"changes": [], "counts": {}}, "nothing changes"),
    ],
)
def test_another_plan_does_not(reviewed: Path, other: dict[str, Any], told: str) -> None:
    with pytest.raises(CommandError, match="not the one that was reviewed, nothing was changed") as refused:
        planned_file.require_same({**PLAN, **other}, reviewed)
    assert told in str(refused.value)
    assert refused.value.code == REFUSED


def test_reviewers_see_the_build_and_every_change() -> None:
    text = planned_file.markdown({**PLAN, "refused": ["the bucket would go"]}, "prod")
    assert text.startswith("### Build abc to prod")
    assert "- **refused**: the bucket would go" in text
    assert "- create `a.x`" in text
