"""The table of prices, by region: a region that is not in it has no costs, rather than those of another one."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lake.errors import InvalidRequestError
from lake.rules.json_record import from_json

FILE = "lake/rules/prices.json"


@dataclass(frozen=True)
class Prices:
    """List prices in USD of one region."""

    glue_dpu_hour: float
    glue_minimum_seconds: int
    states_transition: float
    lambda_gb_second: float
    lambda_request: float
    s3_put_or_list: float
    s3_get: float
    athena_terabyte: float
    athena_minimum_bytes: int


@dataclass(frozen=True)
class PriceTable:
    """`prices.json`: the regions that are known, as of a day, and what of a region was never looked up."""

    as_of: str
    note: str
    assumed: dict[str, str]
    regions: dict[str, Prices]

    def about(self, region: str) -> str:
        """What whoever reads a cost in this region has to know of its prices."""
        assumed = self.assumed.get(region)
        return f"prices of {region} as of {self.as_of}: {self.note}" + (f" Of {region} {assumed}." if assumed else "")


@cache
def price_table() -> PriceTable:
    """The table that travels with the code."""
    return from_json(PriceTable, (files("lake.rules") / "prices.json").read_text(), FILE)


def find_prices(region: str) -> Prices | None:
    """The prices of a region; None when the table does not know it."""
    return price_table().regions.get(region)


def prices(region: str) -> Prices:
    """The prices of a region. Raises InvalidRequestError when the table does not know it."""
    found = find_prices(region)
    if found is None:
        known = ", ".join(sorted(price_table().regions))
        raise InvalidRequestError(
            f"what a run costs in {region or 'an unknown region'} is not known: {FILE} has prices of {known}; "
            "add those of the region from aws.amazon.com/pricing"
        )
    return found
