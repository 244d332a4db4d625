"""Scenario 4, at random: whatever happens to rows on the stack, each is where the model says, after every step."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.target import Target
from tests.scenarios.deployment import contract_changed
from tests.scenarios.random_life import Both

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(3600)]

SEED = int(os.environ.get("ASSAY_LIFE_SEED", "4"))
STEPS = 6
PATTERN = "'^[A-Za-z0-9][A-Za-z0-9._:/-]*$'"


def strict(contract: str) -> str:
    """A contract under which a key with an S in it is a bad row, as under the strict rules of the model."""
    return contract.replace(PATTERN, PATTERN.replace("A-Z", "A-RT-Z"))


def live(both: Both, acts: list[Callable[[], None]]) -> None:
    """One thing after the other; a failure tells all that happened."""
    done = []
    for act in acts:
        done.append(act.__name__)
        print(act.__name__, flush=True)
        try:
            act()
            both.check()
        except AssertionError as error:
            raise AssertionError(f"seed {SEED}, after {done}: {error}") from error


def test_every_row_is_where_the_model_says(target: Target, tmp_path: Path) -> None:
    print(f"seed {SEED}; another one with ASSAY_LIFE_SEED")
    both = Both(target, tmp_path, SEED)
    acts = [
        *(both.deliver, both.deliver_again),
        *(both.retry, both.retry, both.retry_as_they_are, both.give_up, both.release, both.erase),
    ]
    some = [both.chance.choice([*acts, both.replace_month]) for _ in range(STEPS)]
    live(both, [both.deliver, both.deliver, both.give_up, *some, both.deliver_with_a_killed_job])
    with contract_changed(target, strict):
        both.model.change_rules()
        live(both, [both.deliver, both.retry_as_they_are, *(both.chance.choice(acts) for _ in range(STEPS))])
    both.model.change_rules()
    some = [both.chance.choice(acts) for _ in range(STEPS)]
    live(both, [both.retry_as_they_are, both.retry_that_dies_between_silver_and_quarantine, *some, both.replace_month])
