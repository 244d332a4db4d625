"""Charts as SVG, each with a title, a description, and its numbers as a table below."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assay.report.markup import Markup, join, tag

WIDTH = 720
_LABEL, _VALUE, _BAR, _GAP = 190, 74, 20, 12
_PLOT_TOP, _PLOT_HEIGHT, _PLOT_LEFT, _AXIS = 12, 200, 52, 28
_TICKS = 4
_MOST_LABELS = 8


@dataclass(frozen=True)
class Bar:
    """One bar: its label, its number, its colour (a class `c0` to `c6`), and more words for its tooltip."""

    label: str
    number: int
    colour: str = "c0"
    more: str = ""


@dataclass(frozen=True)
class Column:
    """One column of a stack: its label, and a number for each series."""

    label: str
    numbers: tuple[int, ...]


def bars(name: str, title: str, entries: Sequence[Bar]) -> Markup:
    """Horizontal bars, one below the other, labels on the left and numbers at their ends."""
    largest = max((each.number for each in entries), default=0) or 1
    room = WIDTH - _LABEL - _VALUE
    height = len(entries) * (_BAR + _GAP)
    drawn = (_bar(each, place, room * each.number / largest) for place, each in enumerate(entries))
    return _figure(
        name, title, f"{len(entries)} bars; the longest stands for {largest:,}.", height, drawn,
        _table(("", "rows"), [(each.label, f"{each.number:,}") for each in entries]),
    )  # fmt: skip


def stack(name: str, title: str, series: Sequence[str], columns: Sequence[Column]) -> Markup:
    """Columns side by side, each made of one piece for each series, with a scale and a legend."""
    top = _round_up(max((sum(each.numbers) for each in columns), default=1))
    step = (WIDTH - _PLOT_LEFT) / max(len(columns), 1)
    drawn = [
        *(_tick(number, top) for number in _ticks(top)),
        *(_column(each, place, step, top, series) for place, each in enumerate(columns)),
        *(_column_label(each, place, step) for place, each in _labelled(columns)),
    ]
    legend = tag("ul", (_key(place, each) for place, each in enumerate(series)), class_="legend")
    rows = [(each.label, *(f"{number:,}" for number in each.numbers)) for each in columns]
    body = _figure(
        name, title, f"{len(columns)} columns up to {top:,} rows; the pieces are {', '.join(series)}.",
        _PLOT_TOP + _PLOT_HEIGHT + _AXIS, drawn, _table(("delivered", *series), rows),
    )  # fmt: skip
    return join([legend, body])


def _figure(name: str, title: str, described: str, height: int, drawn: object, table: Markup) -> Markup:
    picture = tag(
        "svg", tag("title", title, id=f"{name}-title"), tag("desc", described, id=f"{name}-desc"), drawn,  # type: ignore[arg-type]
        viewBox=f"0 0 {WIDTH} {height}", role="img", aria_labelledby=f"{name}-title {name}-desc",
    )  # fmt: skip
    return tag("figure", picture, tag("details", tag("summary", "The numbers"), table))


def _bar(entry: Bar, place: int, length: float) -> Markup:
    y, length = place * (_BAR + _GAP) + _GAP / 2, max(length, 2) if entry.number else 0
    middle = y + _BAR / 2
    return tag(
        "g",
        tag("title", f"{entry.label}: {entry.number:,} row(s){entry.more}"),
        tag("text", entry.label, x=_LABEL - 10, y=middle, class_="label end"),
        tag("rect", x=_LABEL, y=y, width=_px(length), height=_BAR, rx=3, class_=entry.colour),
        tag("text", f"{entry.number:,}", x=_px(_LABEL + length + 8), y=middle, class_="number"),
    )


def _column(entry: Column, place: int, step: float, top: int, series: Sequence[str]) -> Markup:
    width = min(step * 0.72, 46)
    x, pieces, below = _PLOT_LEFT + place * step + (step - width) / 2, [], 0.0
    for number, (serie, name) in zip(entry.numbers, enumerate(series), strict=True):
        height = _PLOT_HEIGHT * number / top
        below += height
        if number:
            piece = tag("title", f"{entry.label}, {name}: {number:,} row(s)")
            y = _PLOT_TOP + _PLOT_HEIGHT - below
            shape = {"x": _px(x), "y": _px(y), "width": _px(width), "height": _px(height)}
            pieces.append(tag("rect", piece, **shape, class_=f"c{serie}"))
    return tag("g", pieces)


def _column_label(entry: Column, place: int, step: float) -> Markup:
    y = _PLOT_TOP + _PLOT_HEIGHT + 18
    return tag("text", entry.label, x=_px(_PLOT_LEFT + (place + 0.5) * step), y=y, class_="label middle")


def _labelled(columns: Sequence[Column]) -> list[tuple[int, Column]]:
    """So many labels that they do not touch: every n-th column's."""
    every = math.ceil(len(columns) / _MOST_LABELS)
    return [(place, each) for place, each in enumerate(columns) if place % every == 0]


def _tick(number: int, top: int) -> Markup:
    y = _PLOT_TOP + _PLOT_HEIGHT * (1 - number / top)
    line = tag("line", x1=_PLOT_LEFT, x2=WIDTH, y1=_px(y), y2=_px(y), class_="axis" if number == 0 else "grid")
    return join([line, tag("text", f"{number:,}", x=_PLOT_LEFT - 8, y=_px(y), class_="label end")])


def _ticks(top: int) -> list[int]:
    return [round(top * each / _TICKS) for each in range(_TICKS + 1)]


def _round_up(number: int) -> int:
    """The end of a scale that holds the number, with round numbers at its ticks."""
    step = math.ceil(max(number, 1) / _TICKS)
    power: int = 10 ** (len(str(step)) - 1)
    return _TICKS * next((factor * power for factor in (1, 2, 3, 5) if factor * power >= step), 10 * power)


def _key(place: int, name: str) -> Markup:
    return tag("li", tag("span", class_=f"swatch c{place}", aria_hidden="true"), name)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
    return tag(
        "table",
        tag("thead", tag("tr", (tag("th", each, scope="col") for each in head))),
        tag("tbody", (_row(each) for each in rows)),
    )


def _row(cells: Sequence[str]) -> Markup:
    first, *others = cells
    return tag("tr", tag("th", first, scope="row"), (tag("td", each) for each in others))


def _px(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")
