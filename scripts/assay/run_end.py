"""How a command ends whose runs have ended: exit code and last line."""

from collections.abc import Mapping
from typing import Any

from assay.console import FAILED, REFUSED, CommandError
from lake.rules.ledger import NOTHING_TO_DO, SUCCEEDED
from lake.rules.ledger import REFUSED as NOT_PROMOTED

DRY_RUN = "dry_run"
# no run takes what was delivered, because somebody has stopped deliveries from starting runs
ON_HOLD = "on_hold"


def end_with(*ended: Mapping[str, Any]) -> None:
    """Raise CommandError for the worst of these ends, each with `run` and `outcome`; a dry run ends well."""
    waiting = [each["key"] for each in ended if each["outcome"] == ON_HOLD]
    if waiting:
        raise CommandError(
            f"the pipeline is on hold: no run takes {', '.join(waiting)} now. It is safe in bronze; after the hold the "
            "daily run takes what the last days brought, deliver older days again. See docs/runbooks/on-call.md",
            FAILED,
        )
    for each in ended:
        if each["outcome"] not in {SUCCEEDED, NOTHING_TO_DO, DRY_RUN, NOT_PROMOTED}:
            raise CommandError(f"the run ended as {each['outcome']}; see: assay runs show {each['run']}", FAILED)
    for each in ended:
        if each["outcome"] == NOT_PROMOTED:
            raise CommandError(
                f"the run was refused, nothing of it was promoted; see: assay runs show {each['run']}", REFUSED
            )
