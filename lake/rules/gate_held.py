"""The gate for quarantine: its entries say the same as the counts, so that each row is in exactly one state."""

from collections.abc import Iterator

from lake.rules.correction import ACCEPT, RELEASE
from lake.rules.held_state import CONDEMNED, DUPLICATE, OPEN, RECOVERED
from lake.rules.plan import Plan
from lake.rules.run import HELD_KINDS, RunKind
from lake.rules.summary import REPLACE, RunSummary


def held_reasons(summary: RunSummary, plan: Plan) -> Iterator[str]:
    """What is wrong with the entries of a run. Their numbers were read back from the files."""
    files = [file for part in summary.quarantine for file in part.files]
    for each in files:
        if sum(each.states.values()) != each.rows:
            yield f"{each.uri} holds {each.rows} entries, {sum(each.states.values())} of them with a state"
    waiting, condemned = _expected(summary, plan)
    for what, found, expected in (
        ("open", sum(each.waiting for each in files), waiting),
        ("condemned", sum(each.condemned for each in files), condemned),
    ):
        if found != expected:
            yield f"the entries change the number of {what} rows by {found:+d}, the counts say {expected:+d}"
    if plan.kind in HELD_KINDS:
        yield from _each_state(summary)
    if summary.unmatched:
        yield f"{summary.unmatched} rows are in silver or recovered in quarantine, but not both"


def _expected(summary: RunSummary, plan: Plan) -> tuple[int, int]:
    """How many more rows are open and condemned after the run, by its counts."""
    counts, action = summary.counts, plan.details.get("action")
    if plan.kind == RunKind.RELEASE or action == RELEASE:
        return counts.quarantined, -counts.quarantined
    if plan.kind == RunKind.RETRY:
        settled = 0 if action == ACCEPT else counts.valid + counts.duplicate
        return -settled - counts.condemned, counts.condemned
    if summary.mode == REPLACE:
        return counts.quarantined - summary.states.get(RECOVERED, 0), 0
    return counts.quarantined - summary.recovered, 0


def _each_state(summary: RunSummary) -> Iterator[str]:
    counts = summary.counts
    expected = {
        OPEN: counts.quarantined,
        RECOVERED: counts.valid,
        DUPLICATE: counts.duplicate,
        CONDEMNED: counts.condemned,
    }
    for state, rows in expected.items():
        if summary.states.get(state, 0) != rows:
            yield f"{summary.states.get(state, 0)} rows become {state}, the counts say {rows}"
