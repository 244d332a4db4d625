"""`assay local …`: the AWS on this machine."""

import typer

from assay.console import AsJson, out, print_json, print_table
from assay.target import LOCAL, select
from local_aws import control

app = typer.Typer(help="The AWS on this machine: start, stop, look, begin again.", no_args_is_help=True)


@app.command()
def start(as_json: AsJson = False) -> None:
    """Start the local AWS; what it held when it was stopped is there again."""
    status = control.start()
    _show(status, as_json)


@app.command()
def stop(as_json: AsJson = False) -> None:
    """Stop the local AWS and keep everything it holds."""
    _show(control.stop(), as_json)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Say whether the local AWS runs, and where."""
    _show(control.status(), as_json)


@app.command()
def reset(as_json: AsJson = False) -> None:
    """Stop the local AWS and throw away everything it holds."""
    _show(control.reset(), as_json)


@app.command()
def environment(as_json: AsJson = False) -> None:
    """Print the variables that point any AWS tool at the local AWS; use with eval."""
    variables = control.environment(control.status().port)
    if as_json:
        print_json(variables)
        return
    for name, value in variables.items():
        print(f"export {name}={value}")


@app.command()
def outbox(as_json: AsJson = False) -> None:
    """Show the mails that SNS would have sent."""
    select(LOCAL)
    mails = control.outbox()
    if as_json:
        print_json(mails)
        return
    if not mails:
        out.print("no mails")
    for mail in mails:
        print_table(("", ""), [("at", mail["at"]), ("to", mail["to"]), ("subject", mail["subject"])])
        out.print(mail["body"], "\n")


def _show(found: control.Status, as_json: bool) -> None:
    if as_json:
        print_json({"running": found.running, "port": found.port, "pid": found.pid, "folder": str(found.folder)})
    elif found.running:
        out.print(f"local AWS runs on [bold]127.0.0.1:{found.port}[/], process {found.pid}, state in {found.folder}")
    else:
        out.print("local AWS is stopped")
