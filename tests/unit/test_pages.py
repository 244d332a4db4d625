"""Pages that people read: every link leads somewhere, and every diagram can be drawn."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDERS = ("contracts", "docs", "glue", "lake", "lambda", "scripts", "sql", "terraform", "tests")
PAGES = [*REPOSITORY.glob("*.md"), *(page for folder in FOLDERS for page in REPOSITORY.glob(f"{folder}/**/*.md"))]
PAGES = [page for page in PAGES if ".terraform" not in page.parts]

_LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
_DIAGRAM = re.compile(r"```mermaid\n(.*?)```", re.S)
_NOTE = re.compile(r"\s*note (?:left|right) of \w+:")


def undrawable(diagram: str) -> Iterator[str]:
    """Lines that Mermaid refuses: a semicolon ends a message, a second colon a note of one line."""
    is_sequence = diagram.startswith("sequenceDiagram")
    for line in diagram.splitlines():
        if (is_sequence and ";" in line) or (_NOTE.match(line) and line.count(":") > 1):
            yield line.strip()


def test_every_link_to_a_file_leads_to_one() -> None:
    links = [(page, found[1]) for page in PAGES for found in _LINK.finditer(page.read_text())]
    assert links
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []


def test_the_glossary_has_one_line_for_a_word() -> None:
    lines = (REPOSITORY / "docs/glossary.md").read_text().splitlines()
    terms = [line.split("|")[1].strip() for line in lines if line.startswith("| ")]
    assert len(terms) > 50
    assert sorted(terms) == sorted(set(terms))


def test_every_diagram_can_be_drawn() -> None:
    diagrams = [(page, found[1]) for page in PAGES for found in _DIAGRAM.finditer(page.read_text())]
    assert diagrams
    assert [(page.name, line) for page, diagram in diagrams for line in undrawable(diagram)] == []


@pytest.mark.parametrize(
    "diagram",
    ["sequenceDiagram\n  A->>B: one; two", "stateDiagram-v2\n  note right of A: every task: Retry"],
)
def test_what_mermaid_refuses_is_found(diagram: str) -> None:
    assert len(list(undrawable(diagram))) == 1
