"""`assay contract diff | verdict | new-version`: how contracts may change."""

from typing import Annotated

import typer

from assay import contract_files
from assay.build import REPOSITORY
from assay.console import FAILED, AsJson, CommandError, out, print_json
from lake.bundle import contracts_root
from lake.rules.change import BREAKING
from lake.rules.contract import DATASET_FILE, load_contracts
from lake.rules.evolution import WAY_OUT, compare
from lake.rules.life_cycle import life_cycle_text
from lake.rules.next_version import next_version_text, parse_column
from lake.rules.released import problems_against

Old = Annotated[str, typer.Argument(help="v1, a file, or either at a commit: main:v1.")]
New = Annotated[str, typer.Argument(help="v2, a file, or either at a commit.")]
Against = Annotated[str, typer.Option("--against", help="The commit whose contracts count as released.")]
Dataset = Annotated[str, typer.Argument(help="The dataset.")]
OfDataset = Annotated[str, typer.Option("--dataset", help="The dataset a bare version belongs to.")]
Columns = Annotated[list[str], typer.Option("--column", help="A nullable column to add: name:type[:SourceName].")]


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command()(diff)
    app.command()(verdict)
    app.command("new-version")(new_version)


def diff(old: Old, new: New, dataset: OfDataset = "transactions", as_json: AsJson = False) -> None:
    """Compare two versions: identical, additive or breaking, with a reason for each change."""
    found = compare(contract_files.find(old, dataset), contract_files.find(new, dataset))
    if as_json:
        print_json({"verdict": found.verdict, "changes": [change.__dict__ for change in found.changes]})
    else:
        colour = "red" if found.verdict == BREAKING else "green"
        out.print(f"[{colour}]{found.verdict}[/]")
        for change in found.changes:
            out.print(f"  {change.verdict:<9} {change}", markup=False, soft_wrap=True)
    if found.verdict == BREAKING:
        raise CommandError(f"{new} cannot follow {old}: {WAY_OUT}", FAILED)


def verdict(against: Against = "origin/main", as_json: AsJson = False) -> None:
    """Say whether the contracts here may follow those of a commit; CI asks this of every pull request."""
    problems = problems_against(contract_files.released(against), contract_files.proposed())
    if as_json:
        print_json({"against": against, "problems": problems})
    if problems:
        raise CommandError("\n".join(problems), FAILED)
    if not as_json:
        out.print(f"the contracts may follow those of {against}")


def new_version(dataset: Dataset, column: Columns = [], as_json: AsJson = False) -> None:  # noqa: B006
    """Scaffold the next version of a dataset: a copy of the newest, with new nullable columns."""
    contracts = load_contracts(contracts_root())
    newest = contracts.versions(dataset)[-1]
    number = int(newest.schema_version.removeprefix("v")) + 1
    folder = REPOSITORY / "contracts" / dataset
    source = (folder / f"{newest.schema_version}.yaml").read_text()
    columns = [parse_column(each) for each in column]
    text = next_version_text(source, number, newest.partition_columns[0].name, columns)
    file = folder / f"v{number}.yaml"
    file.write_text(text)
    (folder / DATASET_FILE).write_text(life_cycle_text(contracts.life_cycles[dataset].with_version(f"v{number}")))
    if as_json:
        print_json({"file": str(file.relative_to(REPOSITORY)), "version": f"v{number}"})
        return
    out.print(f"wrote contracts/{dataset}/v{number}.yaml and opened it in contracts/{dataset}/{DATASET_FILE}")
    out.print("next: edit it, then [bold]make render[/], [bold]make lint[/] and a pull request")
