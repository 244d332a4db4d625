"""The place of a dataset in each layer."""

from lake.errors import InvalidRequestError
from lake.rules import layout
from lake.rules.layout import Place
from lake.steps.lake import Lake

SILVER, GOLD, QUARANTINE = "silver", "gold", "quarantine"


def place_of(lake: Lake, dataset: str, layer: str, schema_version: str = "") -> Place:
    """Where a dataset lies in a layer; of the newest schema version unless one is named."""
    if layer == QUARANTINE:
        return layout.quarantine_place(lake.buckets.quarantine, dataset)
    if layer not in {SILVER, GOLD}:
        raise InvalidRequestError(
            f"there is no layer '{layer}' with snapshots, expected {SILVER}, {GOLD} or {QUARANTINE}"
        )
    bucket = lake.buckets.silver if layer == SILVER else lake.buckets.gold
    version = schema_version or lake.contracts.newest(dataset).schema_version
    return layout.table_place(bucket, dataset, lake.contracts.get(dataset, version).schema_version)


def places_of(lake: Lake, dataset: str) -> list[Place]:
    """Every place that runs of a silver dataset write to: all schema versions, its quarantine, gold built from it."""
    gold = [each.dataset for each in lake.contracts.built_from(dataset)]
    versions = [each for name in (dataset, *gold) for each in lake.contracts.versions(name)]
    tables = [place_of(lake, each.dataset, each.layer, each.schema_version) for each in versions]
    return [*tables, place_of(lake, dataset, QUARANTINE)]
