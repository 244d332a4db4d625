"""What a deployment may never take away."""

from typing import Any

import pytest

from lake.rules.plan_policy import PROTECTED, Change, changes_of, counted, created_by, violations


def planned(kind: str, *actions: str, **before: Any) -> dict[str, Any]:
    return {
        "address": f"module.x.{kind}.this",
        "mode": "managed",
        "type": kind,
        "change": {"actions": list(actions), "before": before or None},
    }


@pytest.mark.parametrize("kind", sorted(PROTECTED))
@pytest.mark.parametrize("actions", [("delete",), ("delete", "create"), ("create", "delete"), ("forget",)])
def test_nothing_that_holds_data_keys_or_runs_is_taken_away(kind: str, actions: tuple[str, ...]) -> None:
    (found,) = violations(changes_of({"resource_changes": [planned(kind, *actions)]}))
    assert found.startswith(f"module.x.{kind}.this would be ")
    assert PROTECTED[kind] in found


@pytest.mark.parametrize("kind", sorted(PROTECTED))
@pytest.mark.parametrize("actions", [("create",), ("update",), ("no-op",), ("read",)])
def test_what_stays_may_change(kind: str, actions: tuple[str, ...]) -> None:
    assert violations(changes_of({"resource_changes": [planned(kind, *actions)]})) == []


def test_the_words_tell_a_replacement_from_an_end() -> None:
    changes = [Change("a", "aws_s3_bucket", ("delete", "create")), Change("b", "aws_kms_key", ("delete",))]
    assert violations(changes) == [
        "a would be replaced, and with it data",
        "b would be destroyed, and with it the key of all data",
    ]


def test_a_view_holds_nothing_and_may_go() -> None:
    view, table = (
        planned("aws_glue_catalog_table", "delete", table_type=each) for each in ("VIRTUAL_VIEW", "EXTERNAL_TABLE")
    )
    assert violations(changes_of({"resource_changes": [view]})) == []
    assert len(violations(changes_of({"resource_changes": [table]}))) == 1


def test_a_person_may_let_one_address_go() -> None:
    changes = [Change("a", "aws_s3_bucket", ("delete",)), Change("b", "aws_s3_bucket", ("delete",))]
    assert [each.partition(" ")[0] for each in violations(changes, {"a"})] == ["b"]


def test_other_resources_come_and_go() -> None:
    assert violations([Change("a", "aws_lambda_function", ("delete", "create"))]) == []


def test_data_sources_and_what_does_not_change_are_no_changes() -> None:
    data = {**planned("aws_s3_bucket", "delete"), "mode": "data"}
    assert changes_of({"resource_changes": [data, planned("aws_s3_bucket", "no-op")]}) == []
    assert changes_of({}) == []


def test_what_is_made_and_how_much_changes() -> None:
    changes = [
        Change("new", "t", ("create",)),
        Change("moved", "t", ("delete", "create")),
        Change("other", "t", ("update",)),
        Change("old", "t", ("delete",)),
    ]
    assert created_by(changes) == ("new",)
    assert counted(changes) == {"created": 1, "updated": 1, "replaced": 1, "destroyed": 1}
