"""Retry as on AWS: MaxDelaySeconds and JitterStrategy count, and an ended execution is not tried again."""

import random
from collections.abc import Callable
from typing import Any

from local_aws.hooks import Json
from local_aws.stepfunctions.current import current, over

Found = tuple[Json | None, int]


def as_on_aws(original: Callable[..., Found]) -> Callable[..., Found]:
    """MiniStack's search for a retrier, with the wait worked out here."""

    def find(retriers: list[Json], error: str, counts: dict[int, int]) -> Found:
        if over(current.get({})):
            return None, -1
        retrier, index = original(retriers, error, counts)
        return (retrier and _fixed_wait(retrier, counts.get(index, 0))), index

    return find


def _fixed_wait(retrier: Json, count: int) -> Json:
    seconds: float = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** count
    longest: Any = retrier.get("MaxDelaySeconds")
    if longest is not None:
        seconds = min(seconds, longest)
    if retrier.get("JitterStrategy") == "FULL":
        seconds = random.uniform(0, seconds)
    return {**retrier, "IntervalSeconds": seconds, "BackoffRate": 1}
