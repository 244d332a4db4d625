"""How a command ends whose runs have ended: exit code and last line."""

from collections.abc import Mapping
from typing import Any

from assay.console import FAILED, REFUSED, CommandError
from lake.rules.ledger import NOTHING_TO_DO, SUCCEEDED
from lake.rules.ledger import REFUSED as NOT_PROMOTED

DRY_RUN = "dry_run"


def end_with(*ended: Mapping[str, Any]) -> None:
    """Raise CommandError for the worst of these ends, each with `run` and `outcome`; a dry run ends well."""
    for each in ended:
        if each["outcome"] not in {SUCCEEDED, NOTHING_TO_DO, DRY_RUN, NOT_PROMOTED}:
            raise CommandError(f"the run ended as {each['outcome']}; see: assay runs show {each['run']}", FAILED)
    for each in ended:
        if each["outcome"] == NOT_PROMOTED:
            raise CommandError(
                f"the run was refused, nothing of it was promoted; see: assay runs show {each['run']}", REFUSED
            )
