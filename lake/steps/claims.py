"""Take claims on sources, and write down what became of them."""

from dataclasses import dataclass, replace

from lake.rules import layout
from lake.rules.bronze import BronzeObject
from lake.rules.claim import CLAIMED, REFUSED, RELEASED, Claim, obstacle
from lake.rules.contract import Contract
from lake.rules.trigger import RunRequest
from lake.steps.lake import Lake
from lake.steps.ports import Executions
from lake.steps.records import put_record


@dataclass(frozen=True)
class Taking:
    """`obstacle`: why a run may not have a source, None when it has it; `before`: the runs that had it and failed."""

    obstacle: str | None
    before: tuple[str, ...]


def take_claim(
    lake: Lake, executions: Executions, request: RunRequest, contract: Contract, source: BronzeObject
) -> Taking:
    """Claim a source for this run, unless another one has it."""
    fingerprint = lake.contracts.fingerprint(contract.dataset)
    wanted = Claim(CLAIMED, request.run_id, request.execution_arn, source, fingerprint, lake.clock.now())
    reasons: list[str] = []

    def take(found: Claim | None) -> Claim | None:
        if found is None:
            return wanted
        if found.run_id == request.run_id and found.state != RELEASED:
            return None
        running = found.state == CLAIMED and executions.is_running(found.execution_arn)
        reason = obstacle(found, wanted, holder_is_running=running, asked_again=request.trigger.again)
        reasons[:] = [reason] if reason else []
        return None if reason else wanted.after(found)

    key = layout.claim(request.dataset, source.ingest_date, source.source_id)
    claim = put_record(lake.store, Claim, lake.buckets.control, key, take)
    return Taking(reasons[0] if reasons else None, claim.before if claim else ())


def settle_claim(lake: Lake, key: str, run_id: str, state: str, reason: str | None = None) -> None:
    """Move this run's claim on. Does nothing to a claim that another run has by now."""

    def settle(found: Claim | None) -> Claim | None:
        if found is None or found.run_id != run_id:
            return None
        return replace(found, state=state, reason=reason)

    put_record(lake.store, Claim, lake.buckets.control, key, settle)


def take_back(lake: Lake, key: str, reason: str) -> None:
    """A source whose rows were undone does not count as ingested; it waits until somebody asks for it again.

    It is neither released nor left to a run that died: the next scheduled run would bring back what a person has just
    undone. The caller holds the lease, so no run works on it.
    """

    def move(found: Claim | None) -> Claim | None:
        return replace(found, state=REFUSED, reason=reason) if found is not None and found.state != REFUSED else None

    put_record(lake.store, Claim, lake.buckets.control, key, move)
