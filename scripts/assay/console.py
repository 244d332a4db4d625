"""What the command prints and how it ends: tables for people, JSON for programs, exit codes for both."""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from lake.errors import LakeError
from local_aws.errors import LocalAwsError

FAILED = 1
USAGE = 2
REFUSED = 3
NOT_RUNNING = 4
INTERRUPTED = 130

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]

# A pipe or a log has no width of its own; 80 columns would break every run id.
_WIDTH = None if sys.stdout.isatty() else 160

out = Console(highlight=False, width=_WIDTH)
err = Console(stderr=True, highlight=False, width=_WIDTH)


# what AWS says of a bucket, a workgroup, a function or a state machine that nobody has made
_NO_STACK = re.compile(r"NoSuchBucket|WorkGroup \S+ (is )?not found|Function not found|StateMachineDoesNotExist")


class CommandError(Exception):
    """What went wrong, in words for the person at the keyboard, and the exit code."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn an error we know into its message and exit code."""
    try:
        yield
    except CommandError as error:
        err.print("error", explained(str(error)), soft_wrap=True, markup=False)
        sys.exit(error.code)
    except (LocalAwsError, LakeError, BotoCoreError, ClientError) as error:
        err.print("error", explained(str(error)), soft_wrap=True, markup=False)
        sys.exit(FAILED)
    except SystemExit as ended:
        # typer makes this of Ctrl-C
        if ended.code == INTERRUPTED:
            err.print("interrupted; what was started goes on, see [bold]assay runs[/]")
        raise


def explained(error: str) -> str:
    """An error with what to do where the stack itself is missing."""
    return f"{error}\nis the stack there? assay apply brings it up" if _NO_STACK.search(error) else error


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    print(json.dumps(value, indent=1, default=str, ensure_ascii=False))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str | None = None) -> None:
    """A table; numbers stand on the right."""
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for position, name in enumerate(columns):
        numeric = bool(rows) and all(_is_number(row[position]) for row in rows)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    out.print(table)


def print_wide(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table where it fits; else each cell on a line of its own: folded into three letters nobody reads it."""
    cells = [["" if value is None else str(value) for value in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(columns, *cells, strict=True)]
    if sum(widths) + 2 * len(widths) <= out.width:
        print_table(columns, rows)
        return
    longest = max(len(name) for name in columns)
    for number, row in enumerate(cells, 1):
        out.print(f"[dim]row {number}[/]")
        for name, cell in zip(columns, row, strict=True):
            out.print(f"{name:<{longest}}  {cell}", markup=False, soft_wrap=True)


def _is_number(value: Any) -> bool:
    if value is None or value == "":
        return True
    try:
        float(str(value).replace(",", ""))
    except ValueError:
        return False
    return True
