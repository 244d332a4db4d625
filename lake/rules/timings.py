"""`timings.json`: how long the states of a run took and what its jobs used; Step Functions forgets after 90 days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lake.rules.visit import JobUse, Visit


@dataclass(frozen=True)
class StateTime:
    """One state of a run."""

    state: str
    seconds: float
    tries: int
    job: JobUse | None = None


@dataclass(frozen=True)
class Timings:
    """All states of a run, in order."""

    run_id: str
    states: tuple[StateTime, ...]

    @property
    def seconds(self) -> float:
        """All of them together."""
        return round(sum(each.seconds for each in self.states), 3)


def timings(run_id: str, visits: Sequence[Visit], now: datetime) -> Timings:
    """The record of a run from its visits; the state that works now is counted up to now."""
    return Timings(
        run_id, tuple(StateTime(each.state, round(each.seconds(now), 3), each.tries, each.job) for each in visits)
    )
