"""What a gold transform is given. Its module is named after the dataset and has one function, `build`."""

from dataclasses import dataclass

from pyspark.sql import DataFrame

MONTH = "as_of_month"


@dataclass(frozen=True)
class GoldInputs:
    """`silver`: the rows of the months to build, with `as_of_month`. `opening`: the dataset's own month before."""

    months: tuple[str, ...]
    silver: DataFrame
    opening: DataFrame | None
