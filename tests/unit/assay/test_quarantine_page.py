"""The report: its structure, and that no value can be anything but text, however it is written."""

from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from assay.report.charts import Bar, Column, bars, stack
from assay.report.markup import Markup, tag, value
from assay.report.page import page
from assay.report.periods import OTHERS, columns_of, series_of
from lake.rules.held_row import RowError
from tests.quarantine_rows import LONG, RIGHT_TO_LEFT, SCRIPT, found, groups, held_row, hostile


class Outline(HTMLParser):
    """Elements and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)

    def handle_starttag(self, element: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((element, dict(attrs)))
        if element != "meta":
            self.open.append(element)

    def handle_endtag(self, element: str) -> None:
        assert self.open.pop() == element

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)

    def names(self) -> set[str]:
        return {name for name, _ in self.elements}


def test_the_page_has_its_sections_and_every_element_is_closed() -> None:
    outline = Outline(page(hostile()))
    assert outline.open == []
    assert outline.texts["h1"] == ["Quarantine of transactions"]
    assert outline.texts["h2"] == [
        "Why rows wait", "When they were delivered", "How long they have waited", "Where they come from",
        "What they look like", "What to do",
    ]  # fmt: skip
    assert [attributes["lang"] for name, attributes in outline.elements if name == "html"] == ["en"]


def test_every_chart_has_a_title_a_description_and_its_numbers_as_a_table() -> None:
    outline = Outline(page(hostile()))
    charts = [attributes for name, attributes in outline.elements if name == "svg" and attributes.get("role") == "img"]
    ids = {attributes.get("id") for _, attributes in outline.elements}
    assert len(charts) == 3
    assert all(set(str(each["aria-labelledby"]).split()) <= ids for each in charts)
    assert [name for name, _ in outline.elements].count("details") == len(charts)


def test_hostile_values_are_text() -> None:
    text = page(hostile())
    assert "<script" not in text
    outline = Outline(text)
    assert outline.names().isdisjoint({"script", "img", "link", "iframe", "object", "base"})
    assert SCRIPT in outline.texts["bdi"]
    assert not [name for _, attributes in outline.elements for name in attributes if name.startswith("on")]


def test_nothing_comes_from_anywhere_else() -> None:
    text = page(hostile())
    assert "http://" not in text and "https://" not in text and "url(" not in text and "@import" not in text
    assert "default-src 'none'" in Outline(text).elements[3][1]["content"]  # type: ignore[operator]


def test_right_to_left_text_is_isolated_and_long_text_is_cut() -> None:
    outline = Outline(page(hostile()))
    assert RIGHT_TO_LEFT in outline.texts["bdi"]
    assert LONG not in page(hostile())
    assert any("… (5,000 characters)" in each for each in outline.texts["bdi"])


def test_personal_data_is_not_on_the_page() -> None:
    text = page(hostile())
    assert "Jane Doe" not in text and "ACC-1" not in text
    assert "•••• (8 characters)" in text


def test_what_html_cannot_hold_becomes_visible() -> None:
    assert tag("p", "a\x00b\x1b\ud800") == "<p>a␀b␛?</p>"
    assert value("\x08") == '<bdi class="value">␈</bdi>'


def test_an_attribute_cannot_be_left() -> None:
    assert tag("a", class_='" onclick="x') == '<a class="&quot; onclick=&quot;x"></a>'
    assert tag("p", Markup("<b>x</b>"), "<i>") == "<p><b>x</b>&lt;i&gt;</p>"


def test_without_rows_the_page_says_so() -> None:
    outline = Outline(page(found([])))
    assert "No row waits." in outline.texts["p"]
    assert "svg" not in outline.names()


def test_an_unknown_error_code_still_has_its_place() -> None:
    odd = held_row(1, RowError("NEW_CODE", "amount", "1", "2"))
    assert "NEW_CODE" in Outline(page(found(groups(3), odd))).texts["h3"]


def test_charts_are_well_formed_and_in_proportion() -> None:
    drawn = bars("b", "t", [Bar("<a>", 10), Bar("b", 5), Bar("none", 0)])
    widths = [float(each.get("width", 0)) for each in ElementTree.fromstring(drawn).iter("rect")]
    assert widths[0] == pytest.approx(2 * widths[1], abs=0.2)
    assert widths[2] == 0


def test_the_pieces_of_a_stack_stand_on_each_other() -> None:
    drawn = ElementTree.fromstring(
        f"<all>{stack('s', 't', ('a', 'b'), [Column('x', (30, 10)), Column('y', (0, 40))])}</all>"
    )
    rects = [(float(each.attrib["y"]), float(each.attrib["height"])) for each in drawn.iter("rect")]
    (first_y, first_height), (second_y, second_height), (whole_y, whole_height) = rects
    assert second_y + second_height == pytest.approx(first_y)
    assert whole_height == pytest.approx(first_height + second_height)
    assert whole_y == pytest.approx(second_y)


@pytest.mark.parametrize(
    ("days", "unit", "columns"), [(("2024-04-01", "2024-04-30"), "day", 30), (("2024-01-01", "2024-04-30"), "week", 18),
    (("2023-01-01", "2024-04-30"), "month", 16), (("2015-01-01", "2024-04-30"), "year", 10)],
)  # fmt: skip
def test_columns_are_few_without_gaps_and_lose_no_row(days: tuple[str, str], unit: str, columns: int) -> None:
    first, last = days
    name, made = columns_of([(first, "A", 3), (last, "B", 4), (last, "C", 5)], ("A", OTHERS))
    assert (name, len(made)) == (unit, columns)
    assert [sum(numbers) for numbers in zip(*(numbers for _, numbers in made), strict=True)] == [3, 9]
    assert len({label for label, _ in made}) == columns


def test_only_so_many_reasons_have_a_colour() -> None:
    assert series_of("ABCDEFG") == tuple("ABCDEFG")
    assert series_of("ABCDEFGH") == (*"ABCDEF", OTHERS)
