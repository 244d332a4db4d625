"""The `assay` command: one file a group of commands, put together here."""

import typer

from assay import (
    commands_backfill,
    commands_build,
    commands_condemned,
    commands_contract,
    commands_delivery,
    commands_deploy,
    commands_lake,
    commands_local,
    commands_quarantine,
    commands_retry,
    commands_run,
)
from assay.console import plain_errors

app = typer.Typer(
    name="assay",
    help="Run the Assay stack: bring it up, deliver files, look at runs, ask Athena.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(commands_local.app, name="local")
app.add_typer(commands_contract.app, name="contract")
app.add_typer(commands_deploy.app, name="deploy")
app.add_typer(commands_backfill.app, name="backfill")
app.add_typer(commands_quarantine.app, name="quarantine")
commands_build.register(app)
app.add_typer(commands_condemned.app, name="condemned")
commands_retry.register(commands_quarantine.app)
commands_run.register(app)
commands_lake.register(app)
commands_delivery.register(app)


def main() -> None:
    """Entry point of the command."""
    with plain_errors():
        app()


if __name__ == "__main__":
    main()
