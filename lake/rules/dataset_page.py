"""The page of a dataset, for people: what its contracts promise, in words and tables, as Markdown."""

from collections.abc import Iterator, Sequence

from lake.rules.checks import Matches, checks_of
from lake.rules.contract import Column, Contract, Contracts
from lake.rules.example_queries import example_queries


def render_page(contracts: Contracts, dataset: str) -> str:
    """Markdown of one silver or gold dataset."""
    versions = contracts.versions(dataset)
    newest = contracts.newest(dataset)
    lineage = contracts.added_columns(dataset)
    sections = (
        [f"# {dataset}", "", "Rendered from the contracts: `make render`.", ""],
        [f"{each}\n" for each in (newest.purpose, newest.usage, newest.limitations) if each],
        _facts(contracts, versions, newest),
        _life_cycle(versions),
        _columns(versions, newest, lineage),
        _rules(newest),
        _gate(newest),
        _queries(newest),
    )
    return "\n".join(line for section in sections for line in section).rstrip("\n") + "\n"


def _facts(contracts: Contracts, versions: Sequence[Contract], newest: Contract) -> Iterator[str]:
    tables = ", ".join(f"`{each.dataset}_{each.schema_version}`" for each in versions)
    yield from _head("", "")
    yield _row("Layer", newest.layer)
    yield _row("Read", f"the view `{newest.dataset}`; one version alone: {tables}")
    yield _row("Key", ", ".join(f"`{each.name}`" for each in newest.key))
    yield _row("Partitions", "; ".join(map(_partition, newest.partition_columns)))
    if newest.built_from:
        yield _row("Built from", f"[{newest.built_from}]({newest.built_from}.md)")
    else:
        yield _row("Taken", newest.trigger.replace("_", " ") + f"; a sweep looks {newest.sweep_days} days back")
        yield _row(
            "Late rows", f"{newest.late_policy}; a month is closed {newest.closed_after_days} days after its end"
        )
        yield _row(
            "Header", f"unknown column: {newest.dialect.extra_columns}; other case: {newest.dialect.header_case}"
        )
    yield _row("Kept for", f"{newest.retention_years} years")
    yield _row("Owners", ", ".join(contracts.life_cycles[newest.dataset].owners))
    yield ""


def _partition(column: Column) -> str:
    of = f" of `{column.derived_from}`" if column.derived_from else ""
    found = column.projection
    return f"`{column.name}` {column.type}{of}" + (f", {found.range.replace(',', ' to ')}" if found else "")


def _life_cycle(versions: Sequence[Contract]) -> Iterator[str]:
    yield from ("## Versions", "")
    yield from _head("Version", "Status", "Since", "Accepts data", "Why")
    for each in versions:
        accepts = "yes" if each.accepts_data else "no"
        yield _row(each.schema_version, each.status, each.since or "", accepts, each.reason or "")
    yield ""


def _columns(versions: Sequence[Contract], newest: Contract, lineage: Sequence[Column]) -> Iterator[str]:
    names = [each.schema_version for each in versions]
    yield from ("## Columns", "")
    yield from _head("Column", "Type", *names, "Required", "Class", "Source column", "Meaning")
    for column in newest.columns:
        has = ["✓" if column.name in {each.name for each in version.columns} else "" for version in versions]
        required = "key" if column.key else "yes" if column.required else ""
        source = f"`{column.source}`" if column.source else ""
        yield _row(f"`{column.name}`", column.type, *has, required, column.classification, source, column.description)
    for column in lineage:
        yield _row(f"`{column.name}`", column.type, *("✓" for _ in names), "", "", "", column.description)
    yield ""


def _rules(newest: Contract) -> Iterator[str]:
    checks = checks_of(newest)
    if not checks:
        return
    yield from ("## Rules", "", "A row that breaks one goes to quarantine, with the code.", "")
    yield from _head("Column", "Expected", "Code")
    for check in checks:
        # a pattern is full of Markdown's own marks
        expected = f"text like `{check.pattern}`" if isinstance(check, Matches) else check.expected
        yield _row(f"`{check.column}`", expected, f"`{check.code}`")
    yield ""


def _gate(newest: Contract) -> Iterator[str]:
    found = newest.thresholds
    yield from ("## Gate", "", "A run is promoted only if every row is accounted for, and:", "")
    if newest.layer == "silver":
        yield f"- fewer than {found.max_quarantine_rate:.0%} of the rows are quarantined"
        yield f"- fewer than {found.max_condemned} rows are condemned"
        yield f"- no error code is at {found.breaker_rows} rows and {found.breaker_rate:.0%} of the input, or above"
        yield "- no key has two contents" if found.critical_key_conflicts else "- key conflicts do not stop a run"
    yield f"- a partition has at most {found.max_files_per_partition} files of {found.max_file_megabytes} MiB"
    yield ""


def _queries(newest: Contract) -> Iterator[str]:
    yield from ("## Examples", "")
    for question, sql in example_queries(newest):
        yield from (f"{question}:", "", "```sql", sql, "```", "")


def _head(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield "|" + "---|" * len(names)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
