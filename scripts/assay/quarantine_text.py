"""What `assay quarantine` prints for people."""

from collections.abc import Iterable, Iterator

from assay.console import err, out, print_table
from assay.row_story import NOWHERE, RowStory
from lake.rules.contract import Contract
from lake.rules.held_row import HeldRow, all_in_words
from lake.rules.waiting import AGES, Line, Waiting

_MOST_SOURCES = 10
_AGE_NAMES = tuple(name for name, _ in AGES)


def print_summary(dataset: str, held: Waiting, condemned: Waiting) -> None:
    """Rows by reason and age, by source, and what to do next."""
    if not held.rows:
        out.print(f"no row of {dataset} waits; {condemned.rows:,} condemned")
        return
    out.print(f"[bold]{held.rows:,}[/] row(s) of {dataset} wait, the oldest since {held.oldest}; ", end="")
    out.print(f"{condemned.rows:,} condemned, {held.last_attempt:,} with one attempt left")
    out.print()
    _print_lines("reason", held.reasons, held)
    out.print()
    _print_lines("source", held.sources[:_MOST_SOURCES], held)
    if len(held.sources) > _MOST_SOURCES:
        out.print(f"[dim]and {len(held.sources) - _MOST_SOURCES:,} more sources[/]")
    out.print()
    for each in next_steps(held, condemned):
        out.print(f"→ {each}", soft_wrap=True, markup=False)


def next_steps(held: Waiting, condemned: Waiting) -> Iterator[str]:
    """What a steward does now, the largest heap first."""
    if held.reasons:
        first = held.reasons[0].name
        yield f"look at the largest heap: assay quarantine list --reason {first} --limit 5"
        yield f"correct it in a spreadsheet: assay quarantine export --reason {first} > fix.csv"
        yield "then: assay quarantine retry fix.csv"
    if held.older_rules:
        yield (
            f"{held.older_rules:,} row(s) were judged by rules that have changed since: assay quarantine retry --all"
        )
    if condemned.rows:
        yield f"{condemned.rows:,} row(s) are condemned; somebody may ask for some of them: assay condemned list"


def print_list(rows: Iterable[HeldRow], contract: Contract, limit: int, none: str = "no row waits that fits") -> None:
    """One line a row; without a row, what is said then."""
    found = list(rows)
    if not found:
        out.print(none)
        return
    lines = [[r.row_id, r.ingest_date, r.attempt_count, _shown(all_in_words(r, contract))] for r in found]
    print_table(("row", "delivered", "attempts", "what is wrong"), lines)
    if len(found) == limit:
        out.print(f"[dim]the first {limit}; more with --limit[/]")


def print_story(story: RowStory) -> None:
    """Everything known about one row, from its file to where it is now."""
    source = story.source
    _tell("row", story.row_id)
    _tell("state", story.state)
    _tell("file", f"s3://{source.bucket}/{source.key}")
    _tell("version", f"{source.version_id} ETag {source.etag}")
    _tell("delivered", source.ingest_date)
    if story.row is not None:
        _print_row(story.row, story.errors)
    for name, value in story.silver.items():
        _tell(name, value)
    if story.state == NOWHERE:
        _tell("where", "no current file holds it: it came as a duplicate, or its run was not promoted or rolled back")
    columns = ("run", "kind", "outcome", "started", "build")
    out.print()
    print_table(columns, [[r["run_id"], r["kind"], r["outcome"], r["started_at"], r["build_id"]] for r in story.runs])


def print_exported(rows: int, too_long: list[str], file: str) -> None:
    """What was exported, beside the file itself: on standard error."""
    err.print(f"{rows:,} row(s) in {file}; change the columns after 'reasons', keep the first ones", soft_wrap=True)
    if too_long:
        listed = ", ".join(too_long[:5])
        err.print(f"{len(too_long)} row(s) have a field that Excel cuts; leave them out: {listed}", soft_wrap=True)


def _print_row(row: HeldRow, errors: Iterable[str]) -> None:
    if row.line_number is not None:
        _tell("line", str(row.line_number))
    _tell("record", row.raw_record)
    for each in errors:
        _tell("wrong", each)
    _tell("attempts", f"{row.attempt_count} failed after the first, judged as {row.schema_version} ({row.rule_set})")
    for tried in row.retry_history:
        _tell(f"attempt {tried.attempt}", f"{tried.at} by {tried.by} in {tried.run_id}: {tried.errors}")
        if tried.changed:
            _tell("changed", tried.changed)


def _print_lines(what: str, lines: Iterable[Line], held: Waiting) -> None:
    used = [place for place, rows in enumerate(held.ages) if rows]
    columns = (what, "rows", *(_AGE_NAMES[place] for place in used), "oldest")
    print_table(columns, [[e.name, f"{e.rows:,}", *(f"{e.ages[p]:,}" for p in used), e.oldest] for e in lines])


def _tell(name: str, value: str) -> None:
    out.print(f"{name:<10}", end=" ")
    out.print(_shown(value), markup=False, soft_wrap=True)


def _shown(text: str) -> str:
    """Control characters of a hostile record do not reach the terminal."""
    return "".join(each if each.isprintable() else "�" for each in text)
