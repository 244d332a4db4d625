"""What a backfill will read, take and cost: an estimate with every number it rests on."""

from collections.abc import Iterable
from dataclasses import dataclass

from lake.rules.prices import find_prices

# Glue bills each job run by the second, one minute at least (AWS Glue pricing); a run is two job runs.
JOBS = 2
STARTUP_MINUTES = 1.0
# Bronze bytes that one DPU takes through both jobs in a minute: a careful value, half of what a laptop core does.
BYTES_PER_DPU_MINUTE = 120_000_000
# Workers of one DPU each that the jobs have where nobody says otherwise (variable `glue` in terraform/variables.tf).
DEFAULT_DPUS = 2


@dataclass(frozen=True)
class Estimate:
    """Rows known from earlier runs, bytes as they lie in bronze, and what follows from them.

    `cost_usd` is None in a region whose prices nobody knows.
    """

    rows: int
    bytes: int
    dpus: int
    minutes: float
    dpu_hours: float
    cost_usd: float | None


def estimate(sizes: Iterable[int], records: Iterable[int | None], region: str, dpus: int = DEFAULT_DPUS) -> Estimate:
    """What reading these sources and building gold from them will take."""
    total = sum(sizes)
    minutes = JOBS * STARTUP_MINUTES + total / (BYTES_PER_DPU_MINUTE * dpus)
    dpu_hours, price = minutes * dpus / 60, find_prices(region)
    return Estimate(
        rows=sum(each or 0 for each in records),
        bytes=total,
        dpus=dpus,
        minutes=round(minutes, 1),
        dpu_hours=round(dpu_hours, 3),
        cost_usd=None if price is None else round(dpu_hours * price.glue_dpu_hour, 2),
    )
