"""FindLate: objects that were put under an ingest date which no sweep looks at any more."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from lake.rules.bronze import BronzeObject
from lake.rules.claim import CLAIMED, RELEASED, Claim
from lake.rules.contract import Contract
from lake.rules.trigger import ON_READY_MARKER, REQUEST
from lake.steps.backfill_sources import claims_of_day
from lake.steps.dispatch import DispatchAnswer, dispatch
from lake.steps.find_sources import sources_of_day
from lake.steps.lake import Lake
from lake.steps.ports import Events, Executions

# keys travel in the input of an execution, which holds 256 KiB; the others are found tomorrow
MOST_KEYS = 500


@dataclass(frozen=True)
class LateAnswer:
    """How many late objects there are, and the run that takes them (None: there are none)."""

    found: int
    run_id: str | None = None


def find_late(lake: Lake, executions: Executions, events: Events, dataset: str, at: str) -> LateAnswer:
    """Start a run over the late objects of a dataset; the gate then does with their rows what the contract says.

    `at`: the moment the schedule names, so that a doubled call finds the same run.
    """
    contract = lake.contracts.newest(dataset)
    keys = [
        each.key
        for day in _days(contract, date.fromisoformat(at[:10]))
        for each in _free(lake, executions, contract, day)
    ]
    if not keys:
        return LateAnswer(0)
    event = {"trigger": REQUEST, "dataset": dataset, "keys": keys[:MOST_KEYS], "requested_at": at}
    answer = dispatch(lake, executions, events, event)
    return LateAnswer(len(keys), answer.run_id if isinstance(answer, DispatchAnswer) else None)


def _days(contract: Contract, today: date) -> Iterator[date]:
    """The days just before the sweep's, oldest first."""
    for back in range(contract.sweep_days + contract.look_back_days - 1, contract.sweep_days - 1, -1):
        yield today - timedelta(days=back)


def _free(lake: Lake, executions: Executions, contract: Contract, day: date) -> Iterator[BronzeObject]:
    claims = {each.source.source_id: each for each in claims_of_day(lake, contract.dataset, day)}
    for found in sources_of_day(lake, contract, day, complete=contract.trigger != ON_READY_MARKER):
        claim = claims.get(found.source_id)
        if claim is None or _is_free(executions, claim):
            yield found


def _is_free(executions: Executions, claim: Claim) -> bool:
    return claim.state == RELEASED or (claim.state == CLAIMED and not executions.is_running(claim.execution_arn))
