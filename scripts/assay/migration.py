"""`assay contract migrate`: move the rows of months to another schema version, and follow the run that does it."""

from typing import Any

from assay import runs
from assay.console import USAGE, CommandError
from assay.progress import follow
from assay.requests import request
from assay.target import Target
from lake.bundle import contracts_root
from lake.errors import InvalidRequestError
from lake.rules.contract import load_contracts
from lake.rules.partition import months_between
from lake.rules.run import RunKind


def migrate(
    target: Target, dataset: str, versions: tuple[str, str], months: str, quiet: bool = False
) -> dict[str, Any]:
    """Move what is not of the second version yet; the story of the run."""
    first, last = _ends(months)
    contracts = load_contracts(contracts_root())
    try:
        old, new = (contracts.get(dataset, each) for each in versions)
        known = months_between(first, last)
    except InvalidRequestError as error:
        raise CommandError(str(error), USAGE) from error
    if not known:
        raise CommandError(f"{months}: the last month is before the first", USAGE)
    details = {"from": old.schema_version, "to": new.schema_version, "first": first, "last": last}
    run_id = request(target, dataset, RunKind.MIGRATE, details)
    follow(target, run_id, quiet)
    return runs.story(target, run_id)


def _ends(months: str) -> tuple[str, str]:
    first, dots, last = months.partition("..")
    return first, last if dots else first
