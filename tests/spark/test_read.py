"""Reading: what Spark takes for a record must be what the independent count takes for one."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lake.bundle import contracts_root
from lake.errors import InputMismatchError
from lake.rules.contract import load_contracts
from lake.spark.read import read_sources
from tests.spark.contracts import column, silver_contract
from tests.spark.judging import Judging

pytestmark = pytest.mark.spark

NAMES = ["TransactionID", "CustomerID", "TransactionAmount", "Currency", "TransactionTimestamp"]
HEAD = ",".join(NAMES).encode() + b"\n"
ONE, TWO = ["a", "b", "1", "EUR", "x"], ["c", "d", "2", "USD", "y"]
Fields = list[str | None]

ODD_FILES: dict[str, tuple[bytes, list[Fields]]] = {
    "unix line ends": (b"a,b,1,EUR,x\nc,d,2,USD,y\n", [ONE, TWO]),
    "no line end at the end": (b"a,b,1,EUR,x", [ONE]),
    "windows line ends": (b"a,b,1,EUR,x\r\nc,d,2,USD,y\r\n", [ONE, TWO]),
    "old mac line ends": (b"a,b,1,EUR,x\rc,d,2,USD,y\r", [ONE, TWO]),
    "blank lines": (b"\n\na,b,1,EUR,x\n   \n\t\n\r\nc,d,2,USD,y\n\n", [ONE, TWO]),
    "blank lines among quoted line breaks": (
        b'\na,"b\nb",1,EUR,x\n   \n\nc,d,2,USD,y\n \r\n\n',
        [["a", "b\nb", "1", "EUR", "x"], TWO],
    ),
    "empty fields": (b",,,,\n", [[None] * 5]),
    "quoted empty fields": (b'"","","","",""\n', [[None] * 5]),
    "quotes and delimiters": (b'"a,1","say ""hi""",1,EUR,x\n', [["a,1", 'say "hi"', "1", "EUR", "x"]]),
    "windows line ends inside quotes": (b'a,"b\r\nc",1,EUR,x\r\n', [["a", "b\r\nc", "1", "EUR", "x"]]),
    "blanks around fields stay": (b" a , b ,1,EUR,x \n", [[" a ", " b ", "1", "EUR", "x "]]),
    "a quote inside a field": (b'a"a,b,1,EUR,x\n', [['a"a', "b", "1", "EUR", "x"]]),
    "backslashes mean nothing": (b'a\\,"b\\",1,EUR,x\n', [["a\\", "b\\", "1", "EUR", "x"]]),
    "NUL inside a field": (b"a\0a,b,1,EUR,x\n", [["a\0a", "b", "1", "EUR", "x"]]),
    "NUL at the start of a line": (b"\0a,b,1,EUR,x\n", [["\0a", "b", "1", "EUR", "x"]]),
    "a line that looks like a comment": (b"#a,b,1,EUR,x\n", [["#a", "b", "1", "EUR", "x"]]),
    "a second header": (HEAD, [[*NAMES]]),
    "not UTF-8": (b"a,caf\xe9,1,EUR,x\n", [["a", "caf\ufffd", "1", "EUR", "x"]]),
    "too few, too many": (b"a,b\na,b,1,EUR,x,y\n", [["a,b"], ["a,b,1,EUR,x,y"]]),
    "a megabyte in one field": (b"a," + b"z" * 1_000_000 + b",1,EUR,x\n", [["a", "z" * 1_000_000, "1", "EUR", "x"]]),
    "thirty thousand fields": (b"a" + b",b" * 29_999 + b"\n", [["a" + ",b" * 29_999]]),
    "no record at all": (b"", []),
}


@pytest.fixture
def judging(spark: SparkSession, tmp_path: Path) -> Judging:
    return Judging(spark, tmp_path, load_contracts(contracts_root()).get("transactions", "v1"))


def fields(judging: Judging, *bodies: bytes) -> list[Fields]:
    """The fields of every record, in contract order; a malformed one as its text alone."""
    names = [f"_raw_{each.name}" for each in judging.contract.source_columns]
    rows = judging.read(*bodies).frame.orderBy("_source", "_row").collect()
    return [[row["_corrupt"]] if row["_corrupt"] is not None else [row[name] for name in names] for row in rows]


@pytest.mark.parametrize("name", ODD_FILES)
def test_an_odd_file_is_read_field_by_field(judging: Judging, name: str) -> None:
    body, expected = ODD_FILES[name]
    assert fields(judging, HEAD + body) == expected


def test_a_byte_order_mark_is_no_part_of_the_first_name(judging: Judging) -> None:
    mark = b"\xef\xbb\xbf"
    found = fields(judging, mark + HEAD + b"a,b,1,EUR,x\n", mark + HEAD + b'a,"b\nb",1,EUR,x\n')
    assert found == [ONE, ["a", "b\nb", "1", "EUR", "x"]]


def test_columns_are_found_by_name_in_any_order(judging: Judging) -> None:
    turned = b"Currency,TransactionTimestamp,TransactionID,CustomerID,TransactionAmount\nEUR,x,a,b,1\n"
    assert fields(judging, HEAD + b"a,b,1,EUR,x\n", turned) == [ONE, ONE]


def test_unknown_columns_are_passed_over_where_the_contract_says_so(spark: SparkSession, tmp_path: Path) -> None:
    columns = (column("id", "string", required=True, key=True), column("at", "timestamp"))
    lenient = Judging(spark, tmp_path, silver_contract("parcels", *columns, csv={"extraColumns": "ignore"}))
    assert fields(lenient, b"NOTE,ID,AT\nhi,1,x\n", b"ID,AT\n2,y\n") == [["1", "x"], ["2", "y"]]


@pytest.mark.parametrize("header", [b"ID\n", b"ID,AT,NOTE\n", b"id,at\n"])
def test_another_header_than_the_contract_has_is_refused(spark: SparkSession, tmp_path: Path, header: bytes) -> None:
    strict = silver_contract("parcels", column("id", "string", required=True, key=True), column("at", "timestamp"))
    with pytest.raises(InputMismatchError, match="expects ID,AT"):
        Judging(spark, tmp_path, strict).read(header + b"1\n")


def test_every_row_knows_its_source_whatever_the_file_is_called(judging: Judging) -> None:
    names = ["a b.csv", "pl+us%20.csv", "br[1]{2}*?.csv", "ümlaut=1.csv", "ha#sh.csv", "semi;colon&.csv", "zip.csv.gz"]
    sources = [judging.deliver(name, HEAD + f"{name},b,1,EUR,x\n".encode()) for name in names]
    rows = read_sources(judging.spark, sources, judging.contract).frame.collect()
    assert sorted((row["_source"], row["_raw_transaction_id"]) for row in rows) == list(enumerate(names))


@pytest.mark.parametrize(
    ("key", "compression"),
    [("_a.csv", None), (".a.csv", None), ("a.csv", "gzip"), ("a.csv.gz", None), ("a.GZ", "gzip")],
)
def test_a_name_that_would_mislead_spark_is_refused(judging: Judging, key: str, compression: str | None) -> None:
    """Named so where it is read: a pinned version is read from a copy."""
    misnamed = replace(judging.deliver("a.csv", HEAD), uri=f"s3://{judging.bucket}/{key}", compression=compression)
    with pytest.raises(InputMismatchError):
        read_sources(judging.spark, [misnamed], judging.contract)


def test_spark_counts_the_records_that_the_inspection_counts(judging: Judging) -> None:
    """Files of random pieces: P1 rests on both counts being equal, so no quirk may be in one of them only."""
    pieces = [b"a", b"bc", b",", b",", b",", b'"', b'"', b'""', b"\n", b"\n", b" ", b"\t", b"\xe9", b"\\", b"#"]
    pieces += ["é".encode(), b'"x\ny"', b'"x"', b",,,,"]
    chance, sources = random.Random(20240630), []
    for number in range(200):
        end = chance.choice([b"\n", b"\r\n", b"\r"])
        body = HEAD + b"".join(chance.choices(pieces, k=chance.randint(0, 60)))
        sources.append(judging.deliver(f"{number:03}.csv", body.replace(b"\n", end)))
    frame = read_sources(judging.spark, sources, judging.contract).frame
    counted = {row["_source"]: row["count"] for row in frame.groupBy("_source").count().collect()}
    bucket = Path(judging._folder)
    wrong = [
        ((bucket / each.key).read_bytes()[len(HEAD) :], counted.get(number, 0), each.records)
        for number, each in enumerate(sources)
        if counted.get(number, 0) != each.records
    ]
    assert wrong == []
