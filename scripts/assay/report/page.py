"""The report as one HTML file: no script, no font, no picture from anywhere else."""

from collections.abc import Iterator
from pathlib import Path

from assay.quarantine_text import next_steps
from assay.report.charts import Bar, Column, bars, stack
from assay.report.gather import Found
from assay.report.markup import Markup, join, tag, value
from assay.report.periods import columns_of, series_of
from lake.rules.held_row import HeldRow, in_words
from lake.rules.waiting import AGES, Line

MOST_SOURCES = 12
MOST_EXAMPLES = 24
_STYLE = Path(__file__).with_name("style.css")
# Nothing is loaded and nothing runs, whatever a record held.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(found: Found) -> str:
    """The whole document."""
    dataset = found.contract.dataset
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"Quarantine of {dataset}, {found.made_at:%d %B %Y}"),
        tag("style", Markup(_STYLE.read_text(encoding="utf-8"))),
    )
    body = tag("body", tag("main", _top(found), _sections(found) if found.open.rows else None, _foot(found)))
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _top(found: Found) -> Markup:
    held = found.open
    figures = (
        (f"{held.rows:,}", "rows wait"),
        (held.oldest or "–", "delivery of the oldest"),
        (f"{held.last_attempt:,}", "have one attempt left"),
        (f"{found.condemned.rows:,}", "condemned"),
    )
    return tag(
        "header",
        tag("p", f"{found.environment} · {found.made_at:%d %B %Y, %H:%M} UTC", class_="overline"),
        tag("h1", f"Quarantine of {found.contract.dataset}"),
        tag("p", _headline(found), class_="lead"),
        tag("dl", (tag("div", tag("dt", words), tag("dd", number)) for number, words in figures), class_="figures"),
    )


def _headline(found: Found) -> str:
    held = found.open
    if not held.rows:
        return "No row waits."
    first = held.reasons[0]
    return f"{first.rows / held.rows:.0%} of the rows that wait fail with {first.name}; {_places(found)}."


def _places(found: Found) -> str:
    held, first = found.open, found.open.sources[0]
    if len(held.sources) == 1:
        return "all come from one source"
    return f"the worst of {len(held.sources):,} sources brought {first.rows / held.rows:.0%}"


def _sections(found: Found) -> Iterator[Markup]:
    held = found.open
    series = series_of(each.name for each in held.reasons)
    colours = {name: f"c{place}" for place, name in enumerate(series)}
    last = f"c{len(series) - 1}"
    entries = ((each.ingest_date, code, each.rows) for each in found.groups for code in each.codes)
    unit, periods = columns_of(entries, series)
    columns = [Column(label, numbers) for label, numbers in periods]
    reasons = [Bar(e.name, e.rows, colours.get(e.name, last), f", the oldest of {e.oldest}") for e in held.reasons]
    ages = [Bar(name, rows, "plain") for (name, _), rows in zip(AGES, held.ages, strict=True)]
    yield _section("Why rows wait", _TWICE, bars("reasons", "Open rows by reason", reasons))
    yield _section(
        "When they were delivered",
        f"Each column is a {unit} of delivery.",
        stack("time", f"Open rows by {unit} of delivery and reason", series, columns),
    )
    yield _section("How long they have waited", None, bars("ages", "Open rows by days since delivery", ages))
    yield _section("Where they come from", None, _sources(found))
    yield _section("What they look like", _MASKED, tag("div", map(join, _examples(found)), class_="examples"))
    steps = (tag("li", each) for each in next_steps(held, found.condemned))
    yield _section("What to do", None, tag("ol", steps, class_="steps"))


_TWICE = "A row that fails two checks counts under both."
_MASKED = "One or two rows of each kind. Personal data is masked as the contract classifies it."


def _section(title: str, note: str | None, content: Markup) -> Markup:
    return tag("section", tag("h2", title), tag("p", note, class_="note") if note else None, content)


def _sources(found: Found) -> Markup:
    held = found.open
    head = tag("tr", (tag("th", each, scope="col") for each in ("Source", "Rows", "", "Oldest")))
    rows = (_source(found, each, each.rows / held.sources[0].rows) for each in held.sources[:MOST_SOURCES])
    left = len(held.sources) - MOST_SOURCES
    more = tag("p", f"and {left:,} more sources", class_="note") if left > 0 else None
    return join([tag("table", tag("thead", head), tag("tbody", rows), class_="sources"), more])


def _source(found: Found, line: Line, share: float) -> Markup:
    name = found.source_names.get(line.name)
    bar = tag("svg", tag("rect", width=f"{share * 100:.1f}", height=8, rx=2, class_="plain"), viewBox="0 0 100 8",
              aria_hidden="true", preserveAspectRatio="none")  # fmt: skip
    return tag(
        "tr",
        tag("th", value(name) if name else None, tag("code", line.name), scope="row"),
        tag("td", f"{line.rows:,}", class_="count"),
        tag("td", bar, class_="share"),
        tag("td", line.oldest, class_="day"),
    )


def _examples(found: Found) -> Iterator[list[Markup]]:
    order = [each.name for each in found.open.reasons]
    rows = sorted(found.examples, key=lambda each: [order.index(code) for code in each.codes if code in order])
    for row in rows[:MOST_EXAMPLES]:
        wrong = {each.column for each in row.errors}
        words = tag("ul", (tag("li", value(in_words(each, found.contract))) for each in row.errors))
        fields = tag("dl", _fields(found, row, wrong), class_="fields") if row.fields else None
        reason = tag("h3", " + ".join(row.codes))
        yield [tag("article", reason, words, fields, tag("p", tag("code", row.row_id), class_="note"))]


def _fields(found: Found, row: HeldRow, wrong: set[str]) -> Iterator[Markup]:
    for column in found.contract.source_columns:
        text = row.fields.get(str(column.source), "")
        if not text and column.name not in wrong:
            continue
        shown = value(text) if text else tag("span", "empty", class_="empty")
        marked = "wrong" if column.name in wrong else None
        yield tag("div", tag("dt", str(column.source)), tag("dd", shown), class_=marked)


def _foot(found: Found) -> Markup:
    text = f"Made by assay quarantine report from {found.contract.dataset}_quarantine. docs/runbooks/quarantine.md"
    return tag("footer", text)
