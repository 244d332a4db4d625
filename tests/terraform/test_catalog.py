"""The Glue tables of the plan, compared with the contracts read independently of HCL."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
import sqlglot
import yaml
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify

from assay.build import REPOSITORY
from tests.terraform.stack_plan import Plan

CONTRACTS = {path: yaml.safe_load(path.read_text()) for path in sorted(REPOSITORY.glob("contracts/*/v*.yaml"))}
PLATFORM = {
    path.stem: yaml.safe_load(path.read_text())["schema"][0]["properties"]
    for path in sorted(REPOSITORY.glob("contracts/platform/*.yaml"))
}
QUERIES = sorted(REPOSITORY.glob("sql/queries/*.sql"))
PAGES = sorted(REPOSITORY.glob("docs/datasets/*.md"))
VIEWS = sorted(REPOSITORY.glob("sql/views/*.sql"))
PRESTO = {"string": "varchar", "int": "integer", "timestamp": "timestamp(3)"}


def custom(contract: dict[str, Any], name: str) -> Any:
    return next(each["value"] for each in contract["customProperties"] if each["property"] == name)


def table_name(contract: dict[str, Any]) -> str:
    return f"{contract['name']}_{custom(contract, 'schemaVersion')}"


def promised(contract: dict[str, Any]) -> list[tuple[str, str]]:
    own = [p for p in contract["schema"][0]["properties"] if not p.get("partitioned")]
    lineage = PLATFORM["lineage"] if custom(contract, "layer") == "silver" else []
    return [(p["name"], p["physicalType"]) for p in [*own, *lineage]]


def tables(plan: Plan) -> dict[str, dict[str, Any]]:
    return {values["name"]: values for _, values in plan.of_type("aws_glue_catalog_table")}


def columns(table: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["name"], each["type"]) for each in table["storage_descriptor"][0]["columns"]]


def schema(plan: Plan) -> dict[str, object]:
    return {
        name: dict(columns(table)) | {key["name"]: key["type"] for key in table["partition_keys"] or []}
        for name, table in tables(plan).items()
    }


def as_presto(kind: str, dialect: str = "presto") -> str:
    """A type as Presto writes it, without the quotes around the names of fields."""
    return exp.DataType.build(kind, dialect=dialect).sql("presto").replace('"', "")


def keys_of(plan: Plan, name: str) -> set[str]:
    """The partition keys of a table; of a view, those of the tables it reads."""
    table = tables(plan).get(name)
    if table is None:
        return set()
    if table["table_type"] != "VIRTUAL_VIEW":
        return {key["name"] for key in table["partition_keys"]}
    read = sqlglot.parse_one(presto_view(table)["originalSql"], read="athena").find_all(exp.Table)
    return set().union(*(keys_of(plan, each.name) for each in read)) & {column for column, _ in columns(table)}


def presto_view(table: dict[str, Any]) -> dict[str, Any]:
    text = table["view_original_text"].removeprefix("/* Presto View: ").removesuffix(" */")
    return dict(json.loads(base64.b64decode(text)))


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_each_contract_has_its_published_table(plan: Plan, path: Path) -> None:
    contract, table = CONTRACTS[path], tables(plan)[table_name(CONTRACTS[path])]
    assert columns(table) == promised(contract)
    assert table["storage_descriptor"][0]["input_format"].endswith("SymlinkTextInputFormat")


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_each_contract_has_its_audit_table(plan: Plan, path: Path) -> None:
    contract, table = CONTRACTS[path], tables(plan)[f"{table_name(CONTRACTS[path])}_runs"]
    assert columns(table) == [each for each in promised(contract) if each[0] != "run_id"]
    assert [key["name"] for key in table["partition_keys"]] == ["run_id"]


def test_every_partition_key_is_projected(plan: Plan) -> None:
    for name, table in tables(plan).items():
        for key in table["partition_keys"] or []:
            assert table["parameters"][f"projection.{key['name']}.type"], f"{name}.{key['name']}"
            assert f"${{{key['name']}}}" in table["parameters"]["storage.location.template"], name


def test_every_column_name_is_lower_case(plan: Plan) -> None:
    """Glue lowers names silently; Parquet then has another name than the table."""
    for name, table in tables(plan).items():
        assert all(column == column.lower() for column, _ in columns(table)), name


def test_the_ledger_knows_every_dataset(plan: Plan) -> None:
    known = tables(plan)["run_summaries"]["parameters"]["projection.dataset.values"].split(",")
    assert set(known) == {contract["name"] for contract in CONTRACTS.values()}


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path.stem)
def test_a_view_runs_the_committed_sql(plan: Plan, path: Path) -> None:
    assert presto_view(tables(plan)[path.stem])["originalSql"] == path.read_text().strip()


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path.stem)
def test_a_view_selects_exactly_the_columns_it_declares(plan: Plan, path: Path) -> None:
    table = tables(plan)[path.stem]
    declared = [(each["name"], each["type"]) for each in presto_view(table)["columns"]]
    selected = sqlglot.parse_one(path.read_text(), read="athena", into=exp.Select).selects
    assert [each.alias_or_name for each in selected] == [name for name, _ in declared]
    assert [(name, as_presto(kind)) for name, kind in declared] == [
        (name, as_presto(PRESTO.get(kind) or kind, "hive" if "<" in kind else "presto"))
        for name, kind in columns(table)
    ]
    read = _history_behind(plan, path.stem)
    if read is None:
        assert all(isinstance(each.unalias(), exp.Cast) for each in selected), "every column is cast"
    else:
        # one table that every version shares: a column is passed on as it is, with the type it has there
        assert all(isinstance(each.unalias(), exp.Column) for each in selected)
        assert {(each.unalias().name, dict(columns(table))[each.alias_or_name]) for each in selected} <= read


def _history_behind(plan: Plan, view: str) -> set[tuple[str, str]] | None:
    """Columns and keys of the table of entries that a view of quarantine reads; None for another view."""
    dataset, _, which = view.rpartition("_")
    if which not in {"quarantine", "condemned"}:
        return None
    table = tables(plan)[f"{dataset}_quarantine_history"]
    return {*columns(table), *((key["name"], key["type"]) for key in table["partition_keys"])}


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_saved_query_reads_tables_and_columns_that_exist(plan: Plan, path: Path) -> None:
    qualify(sqlglot.parse_one(path.read_text(), read="athena"), schema=schema(plan), dialect="athena")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_examples_of_a_dataset_page_read_tables_and_columns_that_exist(plan: Plan, path: Path) -> None:
    examples = re.findall(r"```sql\n(.*?)```", path.read_text(), re.S)
    assert examples
    for sql in examples:
        qualify(sqlglot.parse_one(sql, read="athena"), schema=schema(plan), dialect="athena")


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_saved_query_prunes_partitions(plan: Plan, path: Path) -> None:
    query = sqlglot.parse_one(path.read_text(), read="athena")
    filtered = {column.name for where in query.find_all(exp.Where) for column in where.find_all(exp.Column)}
    for read in query.find_all(exp.Table):
        if read.name in tables(plan):
            assert keys_of(plan, read.name) & filtered, f"{read.name} is scanned whole"


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_saved_query_is_short_and_says_what_it_answers(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert lines[0].startswith("-- ")
    assert len(lines) <= 60
    assert "${" not in path.read_text()
