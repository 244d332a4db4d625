"""The whole stack on a local AWS of its own, applied once and used by every scenario."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay import stack, terraform
from assay.build import REPOSITORY
from assay.target import LOCAL, Target, select
from local_aws import control
from tests.scenarios.changed_sources import Sources, copied

# Gold goes on from the month of a delivery to the newest month there is: a scenario of old months is quick only as
# long as no other one has brought new months. Those that are not here go last.
BY_MONTH = (
    "test_1_real_input",
    "test_3_schema_evolution",
    "test_2_backfill_real_input",
    "test_4_retry_real_input",
    "test_4_erasure",
    "test_2_rollback_and_compaction",
    "test_2_backfill",
    "test_1_interruptions",
    "test_1_bad_input",
    "test_1_daily_ingestion",
    "test_4_retry",
    "test_4_steward",
    "test_4_unfinished",
    "test_5_failure",
    "test_3_adding_a_version",
    "test_4_random_lives",
)
PURCHASE_CARDS = REPOSITORY.parent / "shared" / "data" / "purchase-cards"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Scenarios in the order of the months they bring."""
    places = [place for place, item in enumerate(items) if item.path.parent == Path(__file__).parent]
    for place, item in zip(places, sorted((items[place] for place in places), key=_by_month), strict=True):
        items[place] = item


def _by_month(item: pytest.Item) -> int:
    return BY_MONTH.index(item.path.stem) if item.path.stem in BY_MONTH else len(BY_MONTH)


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A stack that nobody used before."""
    os.environ["ASSAY_LOCAL_DIR"] = str(tmp_path_factory.mktemp("local-aws"))
    os.environ["ASSAY_LOCAL_PORT"] = str(_free_port())
    os.environ["TF_DATA_DIR"] = str(tmp_path_factory.mktemp("terraform"))
    control.start()
    try:
        found = select(LOCAL)
        stack.apply(found, quiet=True)
        yield found
    finally:
        control.stop()


@pytest.fixture
def grown(target: Target, tmp_path: Path) -> Iterator[Sources]:
    """The repository to change and apply; afterwards the stack is as it was."""
    yield copied(tmp_path)
    Sources(REPOSITORY).assay("apply", "--json")
    assert terraform.plan_is_empty(target.environment)


@pytest.fixture(scope="session")
def purchase_cards() -> list[Path]:
    """The four months of real input, oldest first."""
    if not PURCHASE_CARDS.is_dir():
        pytest.skip("the purchase-card files are not here (they are not part of the repository)")
    return sorted(PURCHASE_CARDS.glob("ingest_date=*/*.csv"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
