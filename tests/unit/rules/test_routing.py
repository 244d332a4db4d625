"""A file's header decides its schema version; what fits none is refused with words a producer can act on."""

from dataclasses import replace

import pytest

from lake.rules.contract import Contract, Dialect
from lake.rules.routing import Route, route
from tests.builders import CONTRACTS

V1, V2 = CONTRACTS.get("transactions", "v1"), CONTRACTS.get("transactions", "v2")
NEW = "MerchantCategory"
CLOSED = replace(V1, status="closed", accepts_data=False, since="2026-11-01", reason="every producer sends v2")


def routed(*found: str, versions: tuple[Contract, ...] = (V1, V2)) -> tuple[str, tuple[str, ...]]:
    answer = route(found, versions)
    assert isinstance(answer, Route), answer
    return answer.contract.schema_version, answer.header


def refused(*found: str, versions: tuple[Contract, ...] = (V1, V2)) -> str:
    answer = route(found, versions)
    assert isinstance(answer, str)
    return answer


def lenient(**policy: str) -> tuple[Contract, ...]:
    return tuple(replace(each, dialect=Dialect(**policy)) for each in (V1, V2))


def test_each_header_goes_to_its_version() -> None:
    assert routed(*V1.header) == ("v1", V1.header)
    assert routed(*V2.header) == ("v2", V2.header)


def test_the_order_of_columns_is_free() -> None:
    assert routed(*V1.header[::-1]) == ("v1", V1.header[::-1])
    assert routed(NEW, *V1.header)[0] == "v2"


def test_an_unknown_column_is_refused_and_the_nearest_version_named() -> None:
    told = refused(*V1.header, "Branch")
    assert "it fits no version of transactions; nearest is v1 (not v2): Branch is not in the contract" in told
    told = refused(*V2.header, "Branch")
    assert "nearest is v2 (not v1): Branch is not in the contract" in told


def test_an_unknown_column_is_left_out_where_the_contract_says_so() -> None:
    assert routed(*V1.header, "Branch", versions=lenient(extra_columns="ignore"))[0] == "v1"
    assert routed(*V2.header, "Branch", versions=lenient(extra_columns="ignore"))[0] == "v2"


def test_a_known_column_is_never_left_out_by_an_older_version() -> None:
    assert routed(*V2.header, versions=lenient(extra_columns="ignore"))[0] == "v2"


def test_a_missing_optional_column_leads_to_the_version_without_it_or_is_named() -> None:
    assert routed(*V2.header[:-1])[0] == "v1"
    told = refused(*V2.header[:-1], versions=(V2,))
    assert f"column {NEW} is missing (its values may be empty, the header must name it)" in told


def test_another_case_is_refused_with_the_spelling_expected() -> None:
    told = refused("TRANSACTIONID", *V1.header[1:])
    assert "'TRANSACTIONID' is it in another case: write TransactionID" in told


def test_another_case_is_read_where_the_contract_says_so() -> None:
    shouted = tuple(name.upper() for name in V2.header)
    assert routed(*shouted, versions=lenient(header_case="ignore")) == ("v2", V2.header)


def test_one_column_in_two_cases_is_there_twice() -> None:
    assert "is there twice" in refused("CURRENCY", *V1.header, versions=lenient(header_case="ignore"))


def test_a_file_of_a_closed_version_is_refused_with_the_reason() -> None:
    told = refused(*V1.header, versions=(CLOSED, V2))
    assert "the header is that of transactions v1, which is closed since 2026-11-01 and accepts no data" in told
    assert "(every producer sends v2)" in told
    assert f"under a header that is accepted: v2: {', '.join(V2.header)}" in told


def test_a_newer_version_takes_over_whoever_has_its_header() -> None:
    assert routed(*V2.header, versions=(CLOSED, V2))[0] == "v2"
    told = refused(*V1.header, versions=(CLOSED, replace(V2, dialect=Dialect(extra_columns="ignore"))))
    assert "v1, which is closed" in told


@pytest.mark.parametrize("found", [(), ("T1", "Jane Doe", "1", "EUR", "2024-03-01")])
def test_no_header_at_all_is_told_without_the_data(found: tuple[str, ...]) -> None:
    told = refused(*found)
    assert "empty" in told or "is the header line missing?" in told
    assert "Jane" not in told
