"""Bronze keys: taken apart, and told from what is no source."""

import pytest

from lake.rules.bronze import BronzeKey, name_source, parse_key


def test_a_key_has_three_parts() -> None:
    found = parse_key("transactions/ingest_date=2024-03-31/a b=1.csv.gz")
    assert found == BronzeKey("transactions", "2024-03-31", "a b=1.csv.gz")


@pytest.mark.parametrize(
    "key",
    ["a.csv", "transactions/a.csv", "transactions/ingest_date=2024-02-30/a.csv", "x/y/ingest_date=2024-03-31/a.csv"],
)
def test_any_other_key_is_not_taken_apart(key: str) -> None:
    assert parse_key(key) is None


@pytest.mark.parametrize(
    ("name", "is_source"),
    [
        ("a.csv", True),
        ("A.CSV", True),
        ("a.csv.gz", True),
        ("part/a.csv", True),
        ("_a.csv", False),
        (".a.csv", False),
        ("_tmp/a.csv", False),
        ("a.txt", False),
        ("a.csv.tmp", False),
        ("_READY", False),
    ],
)
def test_what_is_a_source(name: str, is_source: bool) -> None:
    assert BronzeKey("transactions", "2024-03-31", name).is_source is is_source


def test_only_the_marker_is_the_marker() -> None:
    assert BronzeKey("t", "2024-03-31", "_READY").is_marker
    assert not BronzeKey("t", "2024-03-31", "x/_READY").is_marker


def test_a_source_is_named_by_bucket_key_and_version() -> None:
    assert name_source("b", "k", "v") == name_source("b", "k", "v")
    assert len({name_source("b", "k", "v"), name_source("b", "kv", ""), name_source("bk", "", "v")}) == 3
    assert len(name_source("b", "k", "v")) == 16
