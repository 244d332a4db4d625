"""Our own rules for a contract, beside what the ODCS schema says."""

import re
from collections.abc import Iterator
from typing import Any

from lake.rules.tolerance import tolerance_problems

LAYERS = {"silver", "gold", "quarantine", "control"}
TRIGGERS = {"per_object", "on_ready_marker", "schedule", "on_request"}
AUDIENCES = {"everybody", "platform"}
LATE_POLICIES = {"append", "propose_backfill", "refuse"}
POLICIES = {"refuse", "ignore"}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TYPE = re.compile(
    r"string|int|bigint|smallint|tinyint|double|float|boolean|date|timestamp|binary|decimal\(\d+,\d+\)|(array|map|struct)<.*>"
)


def problems_of(document: Any, origin: str) -> list[str]:
    """Everything wrong with a contract document, in words; empty when it is fine."""
    try:
        return [*_contract_problems(document, origin), *_column_problems(document)]
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        return [f"not an ODCS data contract with one schema object ({type(error).__name__}: {error})"]


def _contract_problems(document: dict[str, Any], origin: str) -> Iterator[str]:
    table, extra = document["schema"][0], _custom(document)
    folder, _, file = origin.partition("/")
    if document.get("apiVersion") != "v3.1.0" or document.get("kind") != "DataContract":
        yield "expected apiVersion v3.1.0 and kind DataContract"
    if len(document["schema"]) != 1:
        yield f"expected one schema object, found {len(document['schema'])}"
    if folder != "platform" and file and (table["name"] != folder or f"{extra.get('schemaVersion')}.yaml" != file):
        yield f"describes {table['name']} {extra.get('schemaVersion')}, expected {folder} {file.removesuffix('.yaml')}"
    for name, found, allowed in (
        ("layer", extra.get("layer"), LAYERS),
        ("status", document.get("status"), {"active"}),  # what becomes of a version is in dataset.yaml
        ("trigger", extra.get("trigger", "schedule"), TRIGGERS),
        ("audience", extra.get("audience", "everybody"), AUDIENCES),
        ("late policy", extra.get("late", {}).get("policy", "append"), LATE_POLICIES),
        ("extraColumns", extra.get("csv", {}).get("extraColumns", "refuse"), POLICIES),
        ("headerCase", extra.get("csv", {}).get("headerCase", "refuse"), POLICIES),
    ):
        if found not in allowed:
            yield f"{name} is '{found}', expected one of {', '.join(sorted(allowed))}"
    yield from _threshold_problems(extra.get("gate", {}))
    yield from tolerance_problems(extra.get("backfill", {}))
    yield from _late_problems(extra.get("late", {}))
    yield from _csv_problems(extra.get("csv", {}))


def _threshold_problems(gate: dict[str, Any]) -> Iterator[str]:
    breaker = gate.get("circuitBreaker", {})
    for name, rate in (("maxQuarantineRate", gate.get("maxQuarantineRate")), ("maxRate", breaker.get("maxRate"))):
        if rate is not None and not 0 < rate <= 1:
            yield f"gate.{name} is {rate}, expected a share above 0 and at most 1"
    for name in ("maxCondemned", "maxFilesPerPartition", "maxFileMegabytes"):
        if gate.get(name, 1) < 1:
            yield f"gate.{name} is {gate[name]}, expected at least 1"


def _late_problems(late: dict[str, Any]) -> Iterator[str]:
    for name in ("closedAfterDays", "lookBackDays"):
        if late.get(name, 0) < 0:
            yield f"late.{name} is {late[name]}, expected 0 or more days"


def _csv_problems(csv: dict[str, Any]) -> Iterator[str]:
    quote = csv.get("quote", '"')
    for name in ("delimiter", "quote"):
        if not re.fullmatch(r"[\x01-\x7e]", csv.get(name, ",")) or csv.get(name) in {"\n", "\r"}:
            yield f"csv.{name} is {csv[name]!r}, expected one ASCII character"
    # the independent count and Spark agree on these; on others nobody has made sure that they do
    if csv.get("escape", quote) != quote:
        yield f"csv.escape is {csv['escape']!r}, expected the quote: a quote inside a quoted field is doubled"
    if csv.get("encoding", "UTF-8").upper() not in {"UTF-8", "UTF8"}:
        yield f"csv.encoding is {csv['encoding']}, expected UTF-8"


def _column_problems(document: dict[str, Any]) -> Iterator[str]:
    properties = document["schema"][0]["properties"]
    names = [each["name"] for each in properties]
    extra = _custom(document)
    sources = [source for each in properties if (source := _custom(each).get("source"))]
    for what, given in (("column", names), ("source column", sources)):
        for name in sorted({each for each in given if given.count(each) > 1}):
            yield f"{what} '{name}' is declared twice"
    if extra.get("layer") == "silver" and sources and not any(each.get("primaryKey") for each in properties):
        yield "no column is the primaryKey, expected at least one"
    for each in properties:
        yield from _one_column(each, names)


def _one_column(node: dict[str, Any], names: list[str]) -> Iterator[str]:
    name, extra = node["name"], _custom(node)
    if not _NAME.fullmatch(name):
        yield f"column '{name}' is not lower case with underscores"
    if not _TYPE.fullmatch(str(node.get("physicalType"))):
        yield f"column '{name}' has physicalType '{node.get('physicalType')}', expected a Hive type"
    if node.get("primaryKey") and not node.get("required"):
        yield f"key column '{name}' must be required"
    for reference in ("validOn", "currencyColumn", "derivedFrom"):
        if reference in extra and extra[reference] not in names:
            yield f"column '{name}' refers to '{extra[reference]}' ({reference}), which is not a column"
    if node.get("partitioned"):
        yield from _projection_problems(name, extra.get("projection"))
    if "pattern" in node.get("logicalTypeOptions", {}):
        yield from _pattern_problem(name, node["logicalTypeOptions"]["pattern"])
    yield from _value_problems(name, extra)


def _value_problems(name: str, extra: dict[str, Any]) -> Iterator[str]:
    codes = (each["code"] for each in extra.get("withdrawnCodes", ()))
    for each in map(str, (*extra.get("oneOf", ()), *codes)):
        if _CONTROL.search(each):
            yield f"column '{name}' allows {each!r}, which holds a control character: nobody could see it in a file"


def _projection_problems(name: str, projection: dict[str, Any] | None) -> Iterator[str]:
    if projection is None:
        yield f"partition column '{name}' has no projection, so Athena could not find its partitions"
    elif projection.get("type") in {"integer", "date"} and str(projection.get("range", "")).count(",") != 1:
        yield f"partition column '{name}' needs a projection range of two ends"


def _pattern_problem(name: str, pattern: str) -> Iterator[str]:
    # \p{Cntrl} is Java's spelling; Python's re has no such class, so it is replaced before the trial
    try:
        re.compile(re.sub(r"\\p\{\w+\}", "a", pattern))
    except re.error as error:
        yield f"column '{name}' has a pattern that does not compile: {error}"


def _custom(node: dict[str, Any]) -> dict[str, Any]:
    return {entry["property"]: entry["value"] for entry in node.get("customProperties", [])}
