"""The contract's checks in DQX, the one peer that splits rows: its lines are in an environment of their own.

It flags every row of a key that is there twice and keeps none of them, has no hashes or lineage, and counts nothing.
"""

from collections.abc import Sequence
from functools import singledispatch
from pathlib import Path
from typing import Any
from unittest.mock import create_autospec

from databricks.labs.dqx import check_funcs
from databricks.labs.dqx.engine import DQEngineCore
from databricks.labs.dqx.rule import DQDatasetRule, DQRowRule, DQRule
from databricks.sdk import WorkspaceClient
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lake.rules import checks
from lake.rules.contract import Column, Contract
from lake.spark import columns
from lake.spark.judge import part
from lake.spark.session import CODEC, LEVEL, SETTINGS
from lake.spark.values import parsed, value, whole
from tests.benchmarks.truth import rows_of


def split(spark: SparkSession, contract: Contract, folder: Path, file: Path) -> dict[str, Any]:
    """Good rows in a folder a month, bad rows with what is wrong with them; no row may be lost."""
    # the engine asks a workspace for its name and nothing else
    engine = DQEngineCore(create_autospec(WorkspaceClient), spark)
    good, bad = engine.apply_checks_and_split(_typed(spark, contract, file), rules(contract))[:2]
    places = [each.name for each in contract.partition_columns]
    parts = {each.name: part(each, contract) for each in contract.partition_columns}
    codec = {"compression": SETTINGS[CODEC], LEVEL: SETTINGS[LEVEL]}
    kept = good.withColumns(parts).select(*(value(each).alias(each.name) for each in contract.columns), *places)
    kept = kept.repartition(*places)
    kept.write.options(**codec).partitionBy(*places).parquet(f"file://{folder}/valid")
    bad.write.options(**codec).parquet(f"file://{folder}/quarantine")
    found = [spark.read.parquet(f"file://{folder}/{name}").count() for name in ("valid", "quarantine")]
    return {"exact": sum(found) == rows_of(file), "wrong": {"valid": found[0], "quarantined": found[1]}}


def rules(contract: Contract) -> list[DQRule]:
    """Every check of a contract as a rule of DQX."""
    malformed = DQRowRule(name="MALFORMED", check_func=check_funcs.is_null, column=columns.CORRUPT)
    rows = [_rule(check, contract.column(check.column)) for check in checks.checks_of(contract)]
    key = [columns.raw(each) for each in contract.key]
    return [malformed, *rows, DQDatasetRule(name="KEY", check_func=check_funcs.is_unique, columns=key)]


def _typed(spark: SparkSession, contract: Contract, file: Path) -> DataFrame:
    names = [*(columns.raw(each) for each in contract.source_columns), columns.CORRUPT]
    options: dict[str, str | bool] = {"header": True, "escape": '"', "columnNameOfCorruptRecord": columns.CORRUPT}
    text = spark.read.schema(", ".join(f"`{name}` string" for name in names)).options(**options).csv(f"file://{file}")
    return text.select(
        "*", *(parsed(each).alias(each.name) for each in contract.source_columns if each.type != "string")
    )


@singledispatch
def _rule(check: checks.Check, _column: Column) -> DQRule:
    raise NotImplementedError(f"no rule of DQX for the check {type(check).__name__}")


@_rule.register
def _(check: checks.Present, column: Column) -> DQRule:
    given = {"column": columns.raw(column), "check_func_kwargs": {"trim_strings": True}}
    return DQRowRule(name=_name(check), check_func=check_funcs.is_not_null_and_not_empty, **given)


@_rule.register
def _(check: checks.Parses, column: Column) -> DQRule:
    return _expression(check, f"trim(`{columns.raw(column)}`) = '' or `{column.name}` is not null")


@_rule.register
def _(check: checks.Matches, column: Column) -> DQRule:
    given = {"column": columns.raw(column), "check_func_kwargs": {"regex": whole(check.pattern)}}
    return DQRowRule(name=_name(check), check_func=check_funcs.regex_match, **given)


@_rule.register
def _(check: checks.NotLonger, column: Column) -> DQRule:
    return _expression(check, f"length(`{columns.raw(column)}`) <= {check.length}")


@_rule.register
def _(check: checks.OneOf, column: Column) -> DQRule:
    return _listed(check, column, check.allowed)


@_rule.register
def _(check: checks.KnownCurrency, column: Column) -> DQRule:
    return _listed(check, column, check.codes)


@_rule.register
def _(check: checks.InRange, column: Column) -> DQRule:
    ends = ((sign, each) for sign, each in ((">=", check.minimum), ("<=", check.maximum)) if each is not None)
    return _expression(
        check, " and ".join(f"`{column.name}` {sign} cast('{each}' as {check.type})" for sign, each in ends)
    )


@_rule.register
def _(check: checks.CurrencyScale, column: Column) -> DQRule:
    by_unit: dict[int, list[str]] = {}
    for code, unit in check.minor_units:
        by_unit.setdefault(unit, []).append(f"'{code}'")
    currency = f"`{columns.RAW}{check.currency_column}`"
    cases = " ".join(f"when {currency} in ({', '.join(codes)}) then {unit}" for unit, codes in sorted(by_unit.items()))
    fitting = (f"when {unit} then round(`{column.name}`, {unit})" for unit in sorted(by_unit))
    return _expression(check, f"`{column.name}` = case (case {cases} end) {' '.join(fitting)} end")


def _listed(check: checks.Check, column: Column, allowed: Sequence[str]) -> DQRule:
    given = {"column": columns.raw(column), "check_func_kwargs": {"allowed": [F.lit(each) for each in allowed]}}
    return DQRowRule(name=_name(check), check_func=check_funcs.is_in_list, **given)


def _expression(check: checks.Check, text: str) -> DQRule:
    return DQRowRule(name=_name(check), check_func=check_funcs.sql_expression, check_func_kwargs={"expression": text})


def _name(check: checks.Check) -> str:
    return f"{check.code}_{check.column}"
