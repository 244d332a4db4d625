"""What a partition value is called in a path."""

from dataclasses import replace

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lake.bundle import contracts_root
from lake.rules.column import Projection
from lake.rules.contract import load_contracts
from lake.spark.judge import partition_text

pytestmark = pytest.mark.spark

CONTRACT = load_contracts(contracts_root()).newest("transactions")
CASES = {
    ("2010,2039", 4): {2009: "2009", 2010: "2010", 2039: "2039", 2040: "2040", 7: "0007", None: None},
    ("1,12", 2): {0: "00", 1: "01", 12: "12", 13: "13", None: None},
    # more values than are listed
    ("1,100000", 6): {1: "000001", 101: "000101", 102: "000102", 99_999: "099999"},
    ("1,12", 0): {3: "3", None: None},
}


@pytest.mark.parametrize(("projection", "texts"), CASES.items())
def test_a_number_has_the_digits_of_its_projection(
    spark: SparkSession, projection: tuple[str, int], texts: dict[int | None, str | None]
) -> None:
    column = replace(CONTRACT.partition_columns[-1], projection=Projection("integer", *projection))
    rows = spark.createDataFrame([(each,) for each in texts], f"`{column.name}` int")
    found = rows.select(F.col(column.name), partition_text(column)).collect()
    assert {row[0]: row[1] for row in found} == texts
