"""What runs and queries cost, from what they left and a table of prices.

Measured: the seconds and DPUs of jobs, transitions, bytes that queries scanned. Estimated: the memory of functions
(what most have) and S3 requests (a few for every source and partition). Storage, logs and keys are not in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from lake.rules.prices import Prices
from lake.rules.timings import StateTime, Timings

FUNCTION_GB = 0.5
# claim, count, plan, snapshot, manifest and records: writes and reads of the steps and jobs, counted on the local AWS
PUTS = (20, 6, 12)
GETS = (60, 12, 25)


@dataclass(frozen=True)
class Cost:
    """USD, by service."""

    glue: float = 0.0
    step_functions: float = 0.0
    functions: float = 0.0
    s3: float = 0.0
    athena: float = 0.0

    @property
    def total(self) -> float:
        """All of it."""
        return round(self.glue + self.step_functions + self.functions + self.s3 + self.athena, 6)

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.glue + other.glue,
            self.step_functions + other.step_functions,
            self.functions + other.functions,
            self.s3 + other.s3,
            self.athena + other.athena,
        )


def cost_of(states: Timings, sources: int, partitions: int, price: Prices) -> Cost:
    """What a run cost."""
    transitions = 1 + sum(max(1, each.tries) for each in states.states)
    calls = [each for each in states.states if each.tries and each.job is None]
    seconds = sum(each.seconds for each in calls)
    puts, gets = (each[0] + each[1] * sources + each[2] * partitions for each in (PUTS, GETS))
    return Cost(
        glue=sum(_job(each, price) for each in states.states),
        step_functions=transitions * price.states_transition,
        functions=seconds * FUNCTION_GB * price.lambda_gb_second + len(calls) * price.lambda_request,
        s3=puts * price.s3_put_or_list + gets * price.s3_get,
    )


def queries_cost(scanned: Iterable[int], price: Prices) -> Cost:
    """What Athena queries cost that scanned so many bytes each."""
    billed = sum(max(price.athena_minimum_bytes, each) for each in scanned if each)
    return Cost(athena=billed / 1e12 * price.athena_terabyte)


def _job(state: StateTime, price: Prices) -> float:
    """Each job run is billed by the second, a minute at least."""
    if state.job is None:
        return 0.0
    seconds = max(price.glue_minimum_seconds, state.job.seconds)
    return seconds / 3600 * state.job.dpus * price.glue_dpu_hour
