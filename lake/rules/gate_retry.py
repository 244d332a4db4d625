"""The gate for rows of quarantine that are tried again, given up or released."""

from collections.abc import Iterator

from lake.rules.contract import Contract
from lake.rules.correction import RETRY
from lake.rules.gate import conservation_reasons, identity_reasons, part_of, share_of
from lake.rules.plan import Plan
from lake.rules.summary import RunSummary


def retry_reasons(summary: RunSummary, plan: Plan, contract: Contract) -> Iterator[str]:
    """What is wrong with a retry. That rows fail again is no fault; that more become worse than better is one."""
    yield from identity_reasons(summary, plan, contract)
    yield from conservation_reasons(summary, plan)
    if plan.details.get("action") != RETRY:
        return
    counts, limits = summary.counts, contract.thresholds
    healed, judged = counts.valid + counts.duplicate, plan.input_records - counts.outside
    if counts.condemned >= limits.max_condemned:
        yield f"{counts.condemned} rows condemned, allowed are fewer than {limits.max_condemned}"
    if summary.worsened > healed:
        yield f"the corrections make things worse: {summary.worsened} rows have a new error, {healed} are valid now"
    elif summary.worsened > limits.breaker_rows and summary.worsened > part_of(limits.breaker_rate, judged):
        yield (
            f"circuit breaker: {summary.worsened} of {judged} rows ({share_of(summary.worsened, judged)}) have a new "
            f"error, allowed are at most {limits.breaker_rows} rows or {limits.breaker_rate:.2%}"
        )
