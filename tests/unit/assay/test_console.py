"""How an answer of Athena looks."""

import pytest

from assay import console
from assay.console import CommandError, plain_errors, print_wide


def test_an_answer_that_fits_is_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_wide(["month", "rows"], [["2024-01", "3"], ["2024-02", None]])
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["month", "rows"], ["2024-01", "3"], ["2024-02"],
    ]  # fmt: skip


def test_one_that_is_too_wide_has_a_line_for_each_cell(capsys: pytest.CaptureFixture[str]) -> None:
    print_wide(["name", "a_longer_name"], [["[bold]x", "y" * console.out.width], [None, "z"]])
    assert capsys.readouterr().out.splitlines() == [
        "row 1", "name           [bold]x", f"a_longer_name  {'y' * console.out.width}",
        "row 2", "name           ", "a_longer_name  z",
    ]  # fmt: skip


def test_an_answer_without_rows_or_columns_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    print_wide(["month"], [])
    print_wide([], [])
    assert "month" in capsys.readouterr().out


@pytest.mark.parametrize(
    "error",
    [
        "An error occurred (NoSuchBucket) when calling the PutObject operation: The specified bucket does not exist",
        "Athena refused the query: WorkGroup assay-local not found",
        "Athena refused the query: WorkGroup assay-staging is not found.",
    ],
)
def test_without_a_stack_an_error_says_how_to_get_one(error: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit), plain_errors():
        raise CommandError(error)
    assert "assay apply" in capsys.readouterr().err


def test_any_other_error_is_told_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit), plain_errors():
        raise CommandError("the query failed: TABLE_NOT_FOUND: Table 'x' does not exist")
    assert capsys.readouterr().err == "error the query failed: TABLE_NOT_FOUND: Table 'x' does not exist\n"
