"""`assay contract …`: check contracts, and render what is generated from them."""

from pathlib import Path
from typing import Annotated

import typer

from assay import commands_evolution, commands_life_cycle
from assay.build import REPOSITORY
from assay.console import FAILED, AsJson, CommandError, out, print_json
from lake.bundle import contracts_root
from lake.errors import ContractError
from lake.rules.contract import Contracts, load_contracts, read_contract
from lake.rules.dataset_page import render_page
from lake.rules.evolution import require_additive
from lake.rules.held_view import VIEWS as HELD_VIEWS
from lake.rules.held_view import render_held_view
from lake.rules.view import render_view

app = typer.Typer(help="Contracts: check, compare, render, and the life of their versions.", no_args_is_help=True)
commands_evolution.register(app)
commands_life_cycle.register(app)
VIEWS = REPOSITORY / "sql" / "views"
PAGES = REPOSITORY / "docs" / "datasets"
Check = Annotated[bool, typer.Option("--check", help="Write nothing; fail when a file is stale.")]


@app.command()
def check(as_json: AsJson = False) -> None:
    """Check every contract against ODCS and our own rules, its versions, and that the rendered files are fresh."""
    files = sorted((REPOSITORY / "contracts").glob("*/v*.yaml")) + sorted(REPOSITORY.glob("contracts/platform/*.yaml"))
    problems = [problem for file in files for problem in (_own_rules(file) or _odcs(file))]
    problems += [] if problems else [*_versions(), *_stale()]
    if as_json:
        print_json({"contracts": [str(file.relative_to(REPOSITORY)) for file in files], "problems": problems})
    if problems:
        raise CommandError("\n".join(problems), FAILED)
    if not as_json:
        out.print(f"{len(files)} contracts keep ODCS v3.1.0 and our rules; {len(_rendered())} rendered files are fresh")


@app.command()
def render(only_check: Check = False, as_json: AsJson = False) -> None:
    """Write the views and dataset pages that the contracts describe."""
    stale = _stale()
    if only_check and stale:
        raise CommandError("\n".join(stale), FAILED)
    written = [] if only_check else _rendered()
    for file, text in written:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        if not as_json:
            out.print(f"wrote {file.relative_to(REPOSITORY)}")
    if as_json:
        print_json([str(file.relative_to(REPOSITORY)) for file, _ in written])


def _own_rules(file: Path) -> list[str]:
    try:
        read_contract(file.read_text(), f"{file.parent.name}/{file.name}")
    except ContractError as error:
        return [str(error)]
    return []


def _versions() -> list[str]:
    try:
        contracts = load_contracts(contracts_root())
        for dataset in (*contracts.datasets("silver"), *contracts.datasets("gold")):
            require_additive(contracts.versions(dataset))
    except ContractError as error:
        return [str(error)]
    return []


def _stale() -> list[str]:
    fresh = dict(_rendered())
    stale = [f"{file.name} is stale, run: make render" for file, text in fresh.items() if _content(file) != text]
    pages = [file for folder, kind in ((VIEWS, "*.sql"), (PAGES, "*.md")) for file in folder.glob(kind)]
    return stale + [f"{file.name} belongs to no dataset, delete it" for file in pages if file not in fresh]


def _odcs(file: Path) -> list[str]:
    # imported here: it takes a second, and only this command needs it
    from datacontract.data_contract import DataContract  # noqa: PLC0415

    run = DataContract(data_contract_file=str(file)).lint()
    return [f"{file.name}: {each.reason}" for each in run.checks or [] if each.result not in {"passed", "warning"}]


def _rendered() -> list[tuple[Path, str]]:
    contracts: Contracts = load_contracts(contracts_root())
    names = [*contracts.datasets("silver"), *contracts.datasets("gold")]
    views = [
        (VIEWS / f"{each}.sql", render_view(contracts.versions(each), contracts.added_columns(each))) for each in names
    ]
    views += [
        (VIEWS / f"{each}_{name}.sql", render_held_view(each, contracts.quarantine, name))
        for each in contracts.datasets("silver")
        for name in HELD_VIEWS
    ]
    told = [*contracts.for_people("silver"), *contracts.for_people("gold")]
    return [*views, *((PAGES / f"{each}.md", render_page(contracts, each)) for each in told)]


def _content(file: Path) -> str:
    return file.read_text() if file.is_file() else ""
