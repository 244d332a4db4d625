"""One column of a contract: read from its ODCS property, handed on as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Projection:
    """Athena partition projection of one partition key; the range uses Athena's own notation."""

    type: str
    range: str = ""
    digits: int = 0
    format: str = ""


@dataclass(frozen=True)
class WithdrawnCode:
    """A currency code that ISO 4217 has withdrawn: valid for transactions before `withdrawn`."""

    code: str
    minor_unit: int
    withdrawn: str


@dataclass(frozen=True)
class Column:
    """One column of a dataset and everything the contract says of it. `type` is a Hive type."""

    name: str
    type: str
    description: str = ""
    source: str | None = None
    required: bool = False
    key: bool = False
    classification: str = "internal"
    pattern: str | None = None
    max_length: int | None = None
    minimum: str | None = None
    maximum: str | None = None
    one_of: tuple[str, ...] = ()
    code_list: str | None = None
    valid_on: str | None = None
    withdrawn: tuple[WithdrawnCode, ...] = ()
    currency_column: str | None = None
    derived_from: str | None = None
    projection: Projection | None = None


def custom(node: Mapping[str, Any]) -> dict[str, Any]:
    """An ODCS node's customProperties as a dictionary."""
    return {entry["property"]: entry["value"] for entry in node.get("customProperties", [])}


def read_column(node: Mapping[str, Any]) -> Column:
    """The column that an ODCS property describes."""
    options, extra = node.get("logicalTypeOptions", {}), custom(node)
    projection = extra.get("projection")
    return Column(
        name=node["name"],
        type=node["physicalType"],
        description=node.get("description", ""),
        source=extra.get("source"),
        required=node.get("required", False),
        key=node.get("primaryKey", False),
        classification=node.get("classification", "internal"),
        pattern=options.get("pattern"),
        max_length=options.get("maxLength"),
        minimum=_text(options.get("minimum")),
        maximum=_text(options.get("maximum")),
        one_of=tuple(extra.get("oneOf", ())),
        code_list=extra.get("codeList"),
        valid_on=extra.get("validOn"),
        withdrawn=tuple(
            WithdrawnCode(each["code"], each["minorUnit"], each["withdrawn"])
            for each in extra.get("withdrawnCodes", ())
        ),
        currency_column=extra.get("currencyColumn"),
        derived_from=extra.get("derivedFrom"),
        projection=_projection(projection) if projection else None,
    )


def _projection(node: Mapping[str, Any]) -> Projection:
    return Projection(node["type"], str(node.get("range", "")), node.get("digits", 0), node.get("format", ""))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
