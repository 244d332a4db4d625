"""Every command that a page, a mail or a message tells people to type is there, with the options it names."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from assay.__main__ import app

REPOSITORY = Path(__file__).resolve().parents[3]
PAGES = [REPOSITORY / "README.md", REPOSITORY / "CHANGELOG.md", *REPOSITORY.glob("docs/**/*.md")]
FOLDERS = ("contracts", "lake", "glue", "lambda", "sql", "terraform", "scripts", "tests", ".github")
READMES = [page for folder in FOLDERS for page in REPOSITORY.glob(f"{folder}/**/README.md")]
CODE = [file for folder in ("lake", "scripts/assay") for file in REPOSITORY.glob(f"{folder}/**/*.py")]
ASSAY: Any = typer.main.get_command(app)

# the end of a command in a sentence, in markup, or where a program puts something in its place
_COMMAND = re.compile(r"\bassay ([a-z][^`\n\"<>\[\];,:)|…{]*)")
_SENTENCE = re.compile(r" — |\. |  ")


def commands_of(text: str) -> Iterator[list[str]]:
    """The words behind `assay` wherever it is a command."""
    for line in text.splitlines():
        if "from assay import" not in line:
            yield from (_SENTENCE.split(found[1])[0].strip(" .'").split() for found in _COMMAND.finditer(line))


def why_wrong(words: list[str]) -> str:
    """What is wrong with a command, empty when nothing is."""
    command = ASSAY
    for place, word in enumerate(words):
        if not hasattr(command, "commands") or not word[0].islower():
            return _unknown_options(command, words[place:])
        if word not in command.commands:
            return f"no command {word}"
        command = command.commands[word]
    return ""


def _unknown_options(command: Any, words: list[str]) -> str:
    known = {option for each in command.params for option in each.opts} | {"--help"}
    unknown = [word for word in words if word.startswith("--") and word != "--" and word.rstrip(".'") not in known]
    return f"no option {', '.join(unknown)}" if unknown else ""


@pytest.mark.parametrize("files", [PAGES, READMES, CODE], ids=["pages", "READMEs", "code"])
def test_what_people_are_told_to_type_is_there(files: list[Path]) -> None:
    found = [(file, words) for file in files for words in commands_of(file.read_text()) if words]
    assert found
    assert [(str(file), " ".join(words), why) for file, words in found if (why := why_wrong(words))] == []


def test_a_command_or_an_option_that_is_not_there_is_found() -> None:
    text = "type `assay runs shwo RUN`, `assay runs show RUN --envv prod`, `assay fly` or `assay runs show RUN --env E`"
    expected = ["no command shwo", "no option --envv", "no command fly", ""]
    assert [why_wrong(words) for words in commands_of(text)] == expected


def test_every_command_answers_a_program_too() -> None:
    commands = dict(commands_under(ASSAY, "assay"))
    assert len(commands) > 40
    assert [name for name, each in commands.items() if not any("--json" in param.opts for param in each.params)] == []


def commands_under(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Everything that does something: commands, and groups that may be called alone."""
    below = getattr(command, "commands", {})
    if not below or (command.invoke_without_command and name != "assay"):
        yield name, command
    for word, each in below.items():
        yield from commands_under(each, f"{name} {word}")
