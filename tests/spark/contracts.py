"""Contracts of datasets that exist only here: the jobs take any silver contract."""

from typing import Any

import yaml

from lake.rules.contract import Contract, read_contract


def column(name: str, hive_type: str, options: dict[str, Any] | None = None, **extra: Any) -> dict[str, Any]:
    """One property of an ODCS schema, read from a source column of the same name in capitals."""
    extra = {"source": name.upper(), **extra}
    return {
        "name": name,
        "logicalType": "string",
        "physicalType": hive_type,
        "description": "-",
        "required": extra.pop("required", False),
        "primaryKey": extra.pop("key", False),
        "logicalTypeOptions": options or {},
        "customProperties": [{"property": key, "value": value} for key, value in extra.items()],
    }


def month_columns(moment: str) -> list[dict[str, Any]]:
    """The partition columns year and month of a moment."""
    return [
        {
            "name": name,
            "logicalType": "integer",
            "physicalType": "int",
            "partitioned": True,
            "partitionKeyPosition": position,
            "customProperties": [
                {"property": "derivedFrom", "value": moment},
                {"property": "projection", "value": {"type": "integer", "range": reach, "digits": digits}},
            ],
        }
        for position, (name, reach, digits) in enumerate((("year", "2010,2039", 4), ("month", "1,12", 2)), 1)
    ]


def silver_contract(dataset: str, *columns: dict[str, Any], moment: str = "at", **extra: Any) -> Contract:
    """A silver contract with these columns, partitioned by the month of one of them."""
    document = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": f"urn:test:{dataset}",
        "name": dataset,
        "version": "1.0.0",
        "status": "active",
        "schema": [
            {
                "name": dataset,
                "logicalType": "object",
                "physicalType": "table",
                "properties": [*columns, *month_columns(moment)],
            }
        ],
        "customProperties": [
            {"property": key, "value": value}
            for key, value in {"layer": "silver", "schemaVersion": "v1", **extra}.items()
        ],
    }
    return read_contract(yaml.safe_dump(document), f"{dataset}/v1.yaml")
