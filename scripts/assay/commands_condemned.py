"""`assay condemned list | request | erase | approve | deny`: rows that used their attempts, what becomes of them."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from assay import condemned, held_rows, quarantine_text
from assay.commands_quarantine import Dataset, Limit, Reason, Since, Source, begin, wanted_rows
from assay.commands_retry import Ids, Why, split_ids, tell_run
from assay.console import USAGE, AsJson, CommandError, out, print_json, print_table
from assay.held_rows import CONDEMNED
from assay.target import LOCAL, Environment, Target
from lake.rules.correction import ERASE
from lake.rules.release import APPROVED, DENIED, Release

app = typer.Typer(
    help="Rows that used their attempts: findable, released or erased by two people.", no_args_is_help=True
)
Request = Annotated[
    str, typer.Argument(metavar="[REQUEST]", help="The name that `assay condemned request` or `erase` gave.")
]
Some = Annotated[str, typer.Option("--ids", help="Row ids, separated by commas.")]
Asked = Annotated[str, typer.Option("--ids", help="Instead of the name: exactly the rows that were asked for.")]
Expired = Annotated[bool, typer.Option("--expired", help="Those delivered longer ago than the contract keeps data.")]
Requested = Annotated[str, typer.Option("--request", help="The rows of one request instead.")]


@app.command("list")
def list_rows(
    dataset: Dataset = "transactions",
    reason: Reason = None,
    source: Source = None,
    since: Since = None,
    limit: Limit = 20,
    request: Requested = "",
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """The condemned rows, and the requests that nobody has answered."""
    target, contracts = begin(environment, dataset)
    wanted = wanted_rows(reason, source, since, limit)
    rows = (
        condemned.of_request(target, dataset, request)
        if request
        else held_rows.rows(target, dataset, CONDEMNED, wanted)
    )
    waiting = condemned.waiting(target, dataset)
    if as_json:
        print_json({"rows": [asdict(each) for each in rows], "requests": [asdict(each) for each in waiting]})
        return
    quarantine_text.print_list(rows, contracts.newest(dataset), limit, "no condemned row fits")
    if waiting:
        columns = ("request", "to", "rows", "requested by", "at", "reason")
        lines = [[e.name, e.action, e.rows, e.requested_by, e.requested_at, e.reason] for e in waiting]
        print_table(columns, lines, title="wait for an approval")


@app.command()
def request(
    ids: Ids, reason: Why, dataset: Dataset = "transactions", environment: Environment = LOCAL, as_json: AsJson = False
) -> None:
    """Ask that condemned rows may be tried again; somebody else has to approve it."""
    target, contracts = begin(environment, dataset)
    _tell_request(condemned.ask(target, contracts, dataset, split_ids(ids), reason), as_json)


@app.command()
def erase(
    reason: Why,
    ids: Some = "",
    expired: Expired = False,
    dataset: Dataset = "transactions",
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Ask that the values of condemned rows be taken away for good; somebody else has to approve it."""
    if bool(ids) is expired:
        raise CommandError("name rows with --ids, or --expired", USAGE)
    target, contracts = begin(environment, dataset)
    today = datetime.now(UTC).date()
    named = condemned.kept_too_long_in(target, contracts, dataset, today) if expired else split_ids(ids)
    if not named:
        raise CommandError(f"no condemned row of {dataset} is older than its contract keeps data", USAGE)
    _tell_request(condemned.ask(target, contracts, dataset, named, reason, ERASE), as_json)


def _tell_request(found: Release, as_json: bool) -> None:
    if as_json:
        print_json(asdict(found))
        return
    out.print(
        f"[bold]{found.name}[/]  {found.rows:,} row(s) of {found.dataset} wait to be {found.words}; a mail is out"
    )
    out.print(f"somebody else: assay condemned approve {found.name} --reason TEXT", soft_wrap=True, markup=False)


def _name(target: Target, dataset: str, request: str, ids: str) -> str:
    if bool(request) is bool(ids):
        raise CommandError("name the request, or with --ids the rows it asks for", USAGE)
    return request or condemned.name_of(target, dataset, split_ids(ids))


@app.command()
def approve(
    reason: Why,
    request: Request = "",
    ids: Asked = "",
    dataset: Dataset = "transactions",
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Let be done what somebody else asked for: rows wait again, with their history; or what they held is gone."""
    target, _ = begin(environment, dataset)
    name = _name(target, dataset, request, ids)
    found = condemned.answer(target, dataset, name, APPROVED, reason)
    tell_run(condemned.carry_out(target, found, quiet=as_json), as_json)


@app.command()
def deny(
    reason: Why,
    request: Request = "",
    ids: Asked = "",
    dataset: Dataset = "transactions",
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Say no to a request: the rows stay condemned."""
    target, _ = begin(environment, dataset)
    found = condemned.answer(target, dataset, _name(target, dataset, request, ids), DENIED, reason)
    if as_json:
        print_json(asdict(found))
    else:
        out.print(f"{found.name} is denied; its {found.rows:,} row(s) stay condemned")
