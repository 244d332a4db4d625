"""Scenario 4, at random: whatever happens to rows on the stack, each is where the model says, after every step."""

import os
from collections import Counter
from pathlib import Path

import pytest

from assay.target import Target
from lake.rules.held_state import RECOVERED
from tests.scenarios.both_worlds import Both
from tests.scenarios.random_acts import change_rules
from tests.scenarios.random_deliveries import deliver_and_stop_in_gold, take_again
from tests.scenarios.random_life import ALL, live, step
from tests.scenarios.steward import somebody_else

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1800)]

LIVES = int(os.environ.get("ASSAY_STACK_LIVES", "24"))
ONE = os.environ.get("ASSAY_STACK_LIFE")
SEEDS = [int(ONE)] if ONE else [*range(LIVES)]
OFTEN = 3
# both files of this life have a good row that strict rules do not let pass
WITH_STRICT_KEYS = 46
# every act of every life that was lived in this process
done: Counter[str] = Counter()


@pytest.fixture(scope="module")
def carol(target: Target) -> Target:
    """The second person."""
    return somebody_else(target, "carol")


@pytest.mark.parametrize("seed", SEEDS)
def test_every_row_is_where_the_model_says(target: Target, carol: Target, tmp_path: Path, seed: int) -> None:
    live(Both(target, carol, tmp_path, seed), seed, done)


def test_a_file_is_taken_again_under_other_rules(target: Target, carol: Target, tmp_path: Path) -> None:
    """Twice it fails behind the promotion: then the rules become stricter, and looser."""
    both, steps = Both(target, carol, tmp_path, WITH_STRICT_KEYS, "2024-09"), list[str]()
    try:
        for act in (deliver_and_stop_in_gold, change_rules, take_again) * 2:
            step(both, act, steps)
    finally:
        both.rules.close()
    found = [row for name, row in both.rows().items() if name[1][0].startswith("RND-S")]
    assert {row.state for row in found} == {RECOVERED}, "a good row that was bad under the rules of its first run"


@pytest.mark.skipif(len(SEEDS) < LIVES or LIVES < 24, reason="a few lives do not show every act")
def test_every_act_happened_several_times() -> None:
    print(dict(done))
    rare = {each.act.__name__: done[each.act.__name__] for each in ALL if done[each.act.__name__] < OFTEN}
    assert not rare, f"these happened fewer than {OFTEN} times: {rare}; choose other weights in random_life.py"
