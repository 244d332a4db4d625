"""A second schema version comes beside the first: no table is replaced, none is destroyed."""

import pytest

from tests.terraform import stack_plan

TEST, RUN = "tests/adding_a_version.tftest.hcl", "a_second_version_is_added"
TABLE, VIEW = 'aws_glue_catalog_table.this["{}"]', 'aws_glue_catalog_table.view["{}"]'


@pytest.fixture(scope="module")
def actions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What Terraform would do, by address."""
    found = stack_plan.changes(tmp_path_factory.mktemp("terraform"), TEST, RUN)
    return {each["address"]: each["change"]["actions"] for each in found}


def test_only_the_tables_of_the_new_version_are_made(actions: dict[str, list[str]]) -> None:
    made = {address for address, todo in actions.items() if todo == ["create"]}
    assert made == {TABLE.format("orders_v10"), TABLE.format("orders_v10_runs")}


def test_the_view_and_its_table_are_changed_in_place_and_nothing_else(actions: dict[str, list[str]]) -> None:
    changed = {address for address, todo in actions.items() if todo == ["update"]}
    assert changed == {VIEW.format("orders"), TABLE.format("orders_all")}


def test_nothing_is_destroyed_or_replaced(actions: dict[str, list[str]]) -> None:
    assert actions[TABLE.format("orders_v2")] == ["no-op"]
    assert not [address for address, todo in actions.items() if "delete" in todo]
