"""Every check that checkov is told to skip, each known here and each with its reason beside it."""

import re
from collections import Counter
from pathlib import Path

KNOWN = {
    "bootstrap/main.tf": {
        "CKV_AWS_18": 1,
        "CKV_AWS_109": 1,
        "CKV_AWS_111": 1,
        "CKV_AWS_144": 1,
        "CKV_AWS_356": 1,
        "CKV2_AWS_62": 1,
    },
    "modules/delivery/main.tf": {"CKV_AWS_358": 1},
    "modules/functions/main.tf": {"CKV_AWS_116": 1, "CKV_AWS_117": 1, "CKV_AWS_272": 1},
    "modules/orchestration/main.tf": {"CKV_AWS_285": 1},
    "modules/storage/kms.tf": {"CKV_AWS_109": 1, "CKV_AWS_111": 1, "CKV_AWS_356": 1},
    "modules/storage/main.tf": {"CKV_AWS_144": 1, "CKV2_AWS_62": 1},
}
SKIP = re.compile(r"checkov:skip=(?P<check>\w+)(?::\s*(?P<reason>.*))?")


def test_the_skipped_checks_are_exactly_the_known_ones(root: Path) -> None:
    found = {
        path.relative_to(root).as_posix(): dict(Counter(each["check"] for each in SKIP.finditer(path.read_text())))
        for path in sorted(root.rglob("*.tf"))
    }
    assert {path: checks for path, checks in found.items() if checks} == KNOWN


def test_every_skipped_check_says_why(root: Path) -> None:
    for path in sorted(root.rglob("*.tf")):
        for each in SKIP.finditer(path.read_text()):
            assert each["reason"] and len(each["reason"].split()) >= 4, f"{path.name}: {each['check']}"


def test_nothing_else_silences_checkov(root: Path) -> None:
    """A configuration file would skip checks without a reason beside them."""
    assert not list(root.parent.glob(".checkov*"))
    assert not list(root.rglob(".checkov*"))
