"""The life cycle goes forward one step at a time, and its file says so and nothing else."""

import pytest

from lake.bundle import contracts_root
from lake.errors import ContractError, InvalidRequestError
from lake.rules.life_cycle import LifeCycle, VersionState, life_cycle_text, read_life_cycle
from tests.builders import CONTRACTS

ORIGIN = "orders/dataset.yaml"
ORDERS = LifeCycle("orders", ("sales",), ("v1", "v2"), {"v1": VersionState(), "v2": VersionState()})


def test_every_step_is_written_and_read_back() -> None:
    found = ORDERS
    for status in ("deprecated", "closed", "archived"):
        found = found.moved("v1", status, "2026-11-23", "it's replaced: by v2")
        assert read_life_cycle(life_cycle_text(found), ORIGIN) == found
    assert found.state("v1") == VersionState("archived", "2026-11-23", "it's replaced: by v2")


def test_a_deprecated_version_still_accepts_data_and_a_closed_one_does_not() -> None:
    deprecated = ORDERS.moved("v1", "deprecated", "2026-11-23", "old")
    assert deprecated.write_versions == ("v1", "v2")
    assert deprecated.moved("v1", "closed", "2026-12-23", "old").write_versions == ("v2",)


@pytest.mark.parametrize("status", ["closed", "archived", "active"])
def test_no_step_is_left_out(status: str) -> None:
    with pytest.raises(InvalidRequestError, match="v1 is active; its next step is deprecated, not"):
        ORDERS.moved("v1", status, "2026-11-23", "hurry")


def test_nothing_follows_the_archive() -> None:
    archived = LifeCycle("orders", ("sales",), ("v2",), {"v1": VersionState("archived", "2026-01-01", "old")})
    with pytest.raises(InvalidRequestError, match="its next step is none"):
        archived.moved("v1", "deprecated", "2026-11-23", "again")


def test_an_unknown_version_names_the_known_ones() -> None:
    with pytest.raises(InvalidRequestError, match="orders has no version 'v9'; there are: v1, v2"):
        ORDERS.moved("v9", "deprecated", "2026-11-23", "old")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("dataset: orders", "is no dataset file"),
        ("[1", "is no dataset file"),
        (life_cycle_text(ORDERS).replace("dataset: orders", "dataset: sales"), "describes dataset 'sales'"),
        (life_cycle_text(ORDERS).replace("[sales]", "[]"), "names no owner"),
        (life_cycle_text(ORDERS).replace("active", "retired"), "status 'retired', expected one of active"),
        (life_cycle_text(ORDERS).replace("active", "deprecated"), "v1 is deprecated, but does not say since which"),
        (life_cycle_text(ORDERS).replace("[v1, v2]", "[v1, v3]"), "names v3, which is unknown"),
        (
            life_cycle_text(ORDERS).replace("active", "closed\n    since: 2026-11-01\n    reason: r", 1),
            "names v1, which is closed",
        ),
    ],
)
def test_a_wrong_file_is_told(text: str, told: str) -> None:
    with pytest.raises(ContractError, match=told):
        read_life_cycle(text, ORIGIN)


@pytest.mark.parametrize("dataset", CONTRACTS.life_cycles)
def test_the_shipped_files_are_as_the_command_writes_them(dataset: str) -> None:
    text = (contracts_root() / dataset / "dataset.yaml").read_text()
    assert text == life_cycle_text(CONTRACTS.life_cycles[dataset])


def test_the_newest_version_cannot_be_given_up() -> None:
    with pytest.raises(InvalidRequestError, match=r"orders v2 has no newer active version.*assay contract new-version"):
        ORDERS.moved("v2", "deprecated", "2026-11-23", "no more orders")
