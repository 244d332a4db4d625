"""Which months a run builds."""

import pytest

from lake.bundle import contracts_root
from lake.rules.contract import load_contracts
from transforms.gold_scope import months_to_build

CONTRACTS = load_contracts(contracts_root())
BALANCES, ACTIVITY = CONTRACTS.newest("account_balances"), CONTRACTS.newest("monthly_activity")
M = [f"2024-{n:02d}" for n in range(13)]


@pytest.mark.parametrize(
    ("touched", "silver", "gold", "balances", "activity"),
    [
        pytest.param([], [M[1]], [M[1]], [], [], id="nothing touched, nothing missing"),
        pytest.param([M[3]], M[1:4], M[1:3], [M[3]], [M[3]], id="the next month"),
        pytest.param([M[1]], M[1:4], M[1:4], M[1:4], [M[1]], id="a late row"),
        pytest.param([M[6]], [*M[1:3], M[6]], M[1:3], M[3:7], [M[6]], id="after months without anything"),
        pytest.param([M[6]], [*M[1:3], M[6]], [], M[1:7], [M[1], M[2], M[6]], id="a new gold dataset"),
        pytest.param([], M[1:3], [M[1]], [M[2]], [M[2]], id="gold was not built last time"),
        pytest.param([M[2]], [M[2]], [M[2], M[5]], M[2:6], [M[2]], id="gold is ahead of silver"),
        pytest.param([M[1]], [M[1]], [], [M[1]], [M[1]], id="the very first month"),
    ],
)
def test_months(
    touched: list[str], silver: list[str], gold: list[str], balances: list[str], activity: list[str]
) -> None:
    assert list(months_to_build(BALANCES, touched, silver, gold)) == balances
    assert list(months_to_build(ACTIVITY, touched, silver, gold)) == activity
