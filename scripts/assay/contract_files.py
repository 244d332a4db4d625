"""Contracts as files: in the folder `contracts/`, or at a git commit."""

import re
from pathlib import Path

from assay import git
from assay.build import REPOSITORY
from assay.console import USAGE, CommandError
from lake.rules.contract import Contract, read_contract

FOLDER = "contracts"
_VERSION = re.compile(r"v\d+")


def proposed(repository: Path = REPOSITORY) -> dict[str, str]:
    """Every contract file of the working tree: `transactions/v1.yaml`."""
    root = repository / FOLDER
    return {file.relative_to(root).as_posix(): file.read_text() for file in sorted(root.glob("*/*.yaml"))}


def released(ref: str, repository: Path = REPOSITORY) -> dict[str, str]:
    """Every contract file of a commit."""
    return {name: text for name, text in git.files_at(ref, FOLDER, repository).items() if name.endswith(".yaml")}


def find(text: str, dataset: str, repository: Path = REPOSITORY) -> Contract:
    """The contract a person means: a file, a version (`v1`), or either at a commit (`main:v1`)."""
    ref, _, name = text.rpartition(":")
    path = f"{FOLDER}/{dataset}/{name}.yaml" if _VERSION.fullmatch(name) else name
    if ref:
        found = git.file_at(ref, path, repository)
    elif (repository / path).is_file():
        found = (repository / path).read_text()
    else:
        raise CommandError(
            f"'{text}' is neither a file nor a version of {dataset}; expected v1, a path, or REF:v1", USAGE
        )
    return read_contract(found, f"{Path(path).parent.name}/{Path(path).name}")
