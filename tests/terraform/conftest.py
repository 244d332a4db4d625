"""One plan of the stack for all tests here."""

from pathlib import Path

import pytest

from assay.terraform import ROOT
from tests.terraform import stack_plan
from tests.terraform.stack_plan import Plan


@pytest.fixture(scope="session")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The stack as Terraform would build it."""
    return stack_plan.make(tmp_path_factory.mktemp("terraform"))


@pytest.fixture(scope="session")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Plan]:
    """The roles of the workflows, for each form of GitHub's subjects."""
    return stack_plan.delivery(tmp_path_factory.mktemp("terraform"))


@pytest.fixture(scope="session")
def delivery(deliveries: dict[str, Plan]) -> Plan:
    """The roles of the workflows of a repository whose subjects carry ids."""
    return deliveries["subjects_with_ids"]


@pytest.fixture(scope="session")
def root() -> Path:
    """The Terraform root."""
    return ROOT
