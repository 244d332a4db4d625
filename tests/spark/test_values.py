"""Text to typed value, for every type a contract can name."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lake.errors import ContractError
from tests.spark.contracts import column, silver_contract
from tests.spark.judging import Judging

pytestmark = pytest.mark.spark


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[misc]


CASES: dict[str, dict[str, Any]] = {
    "tinyint": {"127": 127, "-128": -128, "128": None, "1.0": None},
    "smallint": {"32767": 32767, "40000": None},
    "int": {"2147483647": 2147483647, "2147483648": None, "+7": 7, "007": 7, "1e3": None, "0x1": None, "1,000": None},
    "bigint": {"9223372036854775807": 9223372036854775807, "9223372036854775808": None, "-0": 0, "1L": None},
    "decimal(5,0)": {"12345": Decimal(12345), "123456": None, "1.0": None},
    "decimal(5,2)": {"123.45": Decimal("123.45"), "1234": None, "1.005": None, "0.1": Decimal("0.10")},
    "decimal(38,10)": {"1234567890123456789012345678.0123456789": Decimal("1234567890123456789012345678.0123456789")},
    "double": {"0.5": 0.5, "-3": -3.0, "NaN": None, "Infinity": None, "1e5": None, "1f": None, "": None},
    "float": {"0.5": 0.5, "1d": None},
    "boolean": {"true": True, "false": False, "TRUE": None, "yes": None, "1": None, "t": None},
    "date": {"2024-02-29": date(2024, 2, 29), "2023-02-29": None, "2024-2-9": None, "2024-02-29T00:00:00Z": None},
    "timestamp": {
        "2024-02-29T23:59:59Z": moment(2024, 2, 29, 23, 59, 59),
        "2024-02-29 23:59:59.5": moment(2024, 2, 29, 23, 59, 59, 500000),
        "2024-03-01T00:30:00+01:00": moment(2024, 2, 29, 23, 30),
        "2024-02-29": None,
    },
}


@pytest.fixture(scope="module", params=["false", "true"], ids=["ansi-off", "ansi-on"])
def typed(request: Any, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Any]:
    """Every text read as every type it has a case for."""
    names = {hive_type: f"c{number}" for number, hive_type in enumerate(CASES)}
    contract = silver_contract(
        "things",
        column("id", "string", required=True, key=True),
        column("at", "timestamp"),
        *(column(name, hive_type) for hive_type, name in names.items()),
    )
    texts = sorted({text for cases in CASES.values() for text in cases})
    rows = [[f"id-{n}", "2024-01-01T00:00:00Z", *[text] * len(names)] for n, text in enumerate(texts)]
    spark.conf.set("spark.sql.ansi.enabled", request.param)
    found = Judging(spark, tmp_path_factory.mktemp("values"), contract).judge_fields(rows)
    spark.conf.set("spark.sql.ansi.enabled", "false")
    return {
        (hive_type, text): row[name]
        for text, row in zip(texts, found, strict=True)
        for hive_type, name in names.items()
    }


@pytest.mark.parametrize(
    ("hive_type", "text", "expected"),
    [(hive_type, text, expected) for hive_type, cases in CASES.items() for text, expected in cases.items()],
)
def test_a_text_has_this_value(typed: dict[tuple[str, str], Any], hive_type: str, text: str, expected: Any) -> None:
    assert typed[hive_type, text] == expected


def test_a_source_column_needs_a_type_with_one_way_to_write_it(spark: SparkSession, tmp_path: Path) -> None:
    contract = silver_contract(
        "things", column("id", "string", required=True, key=True), column("at", "timestamp"), column("b", "binary")
    )
    with pytest.raises(ContractError, match="binary"):
        Judging(spark, tmp_path, contract).judge_fields([["1", "2024-01-01T00:00:00Z", "x"]])
