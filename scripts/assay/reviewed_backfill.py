"""Starting a backfill that reviewers have seen: the first approval is theirs already, the second stays with people."""

import time
from collections.abc import Callable

from assay import backfills
from assay.console import FAILED, CommandError
from assay.target import Target
from lake.rules.approval import APPROVED

START = "start"
PATIENCE_SECONDS = 300.0
_PAUSE_SECONDS = 3.0


def approve_start(target: Target, backfill_id: str, reason: str, sleep: Callable[[float], None] = time.sleep) -> None:
    """Wait until the run asks whether it may begin, and say yes."""
    for _ in range(int(PATIENCE_SECONDS / _PAUSE_SECONDS)):
        if backfills.story(target, backfill_id)["waits_for_approval_of"] == START:
            backfills.answer(target, backfill_id, APPROVED, reason)
            return
        sleep(_PAUSE_SECONDS)
    raise CommandError(
        f"the run of backfill {backfill_id} did not ask for its approval within {PATIENCE_SECONDS:.0f} s; "
        f"see: assay backfill status {backfill_id}",
        FAILED,
    )
