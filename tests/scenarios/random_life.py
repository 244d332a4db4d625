"""One random life of rows: what may happen next is chosen by what there is, and after each step both worlds agree."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.scenarios import random_acts as acts
from tests.scenarios import random_deliveries as deliveries
from tests.scenarios.both_worlds import Both

SHORTEST, LONGEST = 4, 6
Act = Callable[[Both], None]


@dataclass(frozen=True)
class May:
    """An act, how often it is chosen, and what there must be for it."""

    act: Act
    weight: int
    needs: Callable[[Both], object] = lambda both: True


ALL = (
    May(deliveries.deliver, 1),
    May(deliveries.deliver_again, 2),
    May(deliveries.deliver_with_a_killed_job, 1),
    May(deliveries.deliver_and_stop_before_silver, 3),
    May(deliveries.deliver_and_stop_in_gold, 3),
    May(deliveries.take_again, 6, lambda both: both.untaken),
    May(acts.retry, 5, Both.open),
    May(acts.retry_as_they_are, 6, Both.open),
    May(acts.retry_that_dies_between_silver_and_quarantine, 5, Both.open),
    May(acts.give_up, 8, Both.open),
    May(acts.release, 12, Both.condemned),
    May(acts.erase, 14, Both.condemned),
    May(acts.change_rules, 4),
    May(acts.replace_month, 4, lambda both: both.model.silver()),
)


def live(both: Both, seed: int, done: Counter[str]) -> None:
    """One thing after the other; a failure tells the seed and all that happened."""
    steps: list[str] = []
    try:
        for _ in range(both.chance.randint(SHORTEST, LONGEST)):
            step(both, _chosen(both) if steps else deliveries.deliver, steps)
        if both.untaken:
            step(both, deliveries.take_again, steps)
    except Exception as error:
        raise AssertionError(
            f"seed {seed} (ASSAY_STACK_LIFE={seed} repeats it), in the last of {steps}: {error}"
        ) from error
    finally:
        both.rules.close()
        done.update(steps)


def step(both: Both, act: Act, steps: list[str]) -> None:
    """Do one thing in both worlds, and compare them."""
    steps.append(act.__name__)
    print(act.__name__, flush=True)
    act(both)
    print(f"  {both.check()}", flush=True)


def _chosen(both: Both) -> Act:
    possible = [each for each in ALL if each.needs(both)]
    return both.chance.choices([each.act for each in possible], [each.weight for each in possible])[0]
