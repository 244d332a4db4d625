"""`assay contract verdict` and `diff`, on a git repository that holds the contracts."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from assay import contract_files
from assay.build import REPOSITORY
from assay.console import CommandError
from lake.rules.life_cycle import life_cycle_text, read_life_cycle
from lake.rules.next_version import next_version_text, parse_column
from lake.rules.released import problems_against

DATASET = "contracts/transactions"
Edit = Callable[[Path], None]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The contracts of today, released on main."""
    shutil.copytree(REPOSITORY / "contracts", tmp_path / "contracts")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "add", ".")
    git(tmp_path, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "-m", "released")
    return tmp_path


def git(repository: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(repository), *arguments], check=True, capture_output=True)


def verdict(repository: Path) -> list[str]:
    return problems_against(contract_files.released("main", repository), contract_files.proposed(repository))


def edited(name: str, old: str, new: str) -> Edit:
    def edit(repository: Path) -> None:
        file = repository / name
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))

    return edit


def version(number: int, *columns: str, of: int = 2) -> Edit:
    def edit(repository: Path) -> None:
        folder = repository / DATASET
        newest = (folder / f"v{of}.yaml").read_text().replace(f"v{of}", f"v{number - 1}")
        text = next_version_text(newest, number, "year", [parse_column(each) for each in columns])
        (folder / f"v{number}.yaml").write_text(text)
        file = folder / "dataset.yaml"
        life = read_life_cycle(file.read_text(), "transactions/dataset.yaml")
        file.write_text(life_cycle_text(life.with_version(f"v{number}")))

    return edit


def deleted(name: str) -> Edit:
    return lambda repository: (repository / name).unlink()


def test_what_is_released_may_follow_itself(repository: Path) -> None:
    assert verdict(repository) == []


def test_an_additive_change_in_a_new_version_is_fine(repository: Path) -> None:
    version(3, "branch:string:Branch", "vat:decimal(18,4)")(repository)
    assert verdict(repository) == []
    assert "branch" in (repository / DATASET / "v3.yaml").read_text()


def test_a_new_dataset_is_fine(repository: Path) -> None:
    shutil.copytree(repository / DATASET, repository / "contracts" / "payments")
    for file in (repository / "contracts" / "payments").iterdir():
        file.write_text(file.read_text().replace("transactions", "payments"))
    assert verdict(repository) == []


def test_a_step_of_the_life_cycle_is_fine(repository: Path) -> None:
    file = repository / DATASET / "dataset.yaml"
    life = read_life_cycle(file.read_text(), "transactions/dataset.yaml")
    file.write_text(life_cycle_text(life.moved("v1", "deprecated", "2026-11-23", "v2 is there")))
    assert verdict(repository) == []


WRONG: dict[str, tuple[list[Edit], str]] = {
    "an additive change of a released file": (
        [edited(f"{DATASET}/v1.yaml", "maxLength: 64", "maxLength: 80")],
        "transactions/v1.yaml is released and never changes (column 'transaction_id': maxLength was 64, is 80). Next: "
        "put it back (git checkout) and write the change into a new version: assay contract new-version transactions",
    ),
    "another word in a released file": (
        [edited(f"{DATASET}/v1.yaml", "dataProduct: transactions", "dataProduct: payments")],
        "transactions/v1.yaml is released and never changes (only its text)",
    ),
    "a breaking change of a released file": (
        [edited(f"{DATASET}/v2.yaml", "decimal(18,4)", "decimal(18,2)")],
        "this change is breaking: column 'amount': type was decimal(18,4), is decimal(18,2)",
    ),
    "a released file deleted": (
        [deleted(f"{DATASET}/v1.yaml")],
        "transactions/v1.yaml is gone: a released version stays",
    ),
    "a breaking change in a new version": (
        [version(3), edited(f"{DATASET}/v3.yaml", "name: account_id", "name: customer")],
        "transactions/v3.yaml breaks v2: column 'account_id' seems to be renamed to 'customer'",
    ),
    "a version left out": ([version(4)], "transactions/v4.yaml follows v3, which does not exist"),
    "two steps of the life cycle at once": (
        [
            edited(f"{DATASET}/dataset.yaml", "[v1, v2]", "[v2]"),
            edited(
                f"{DATASET}/dataset.yaml",
                "  v1:\n    status: active",
                "  v1:\n    status: closed\n    since: '2026-11-23'\n    reason: r",
            ),
        ],
        "v1 was active, is closed; a version goes one step at a time, forward",
    ),
    "a version without its place in the life cycle": (
        [
            edited(f"{DATASET}/dataset.yaml", "  v2:\n    status: active\n", ""),
            edited(f"{DATASET}/dataset.yaml", ", v2]", "]"),
        ],
        "v2 is gone from the life cycle",
    ),
    "a platform column of another type": (
        [edited("contracts/platform/lineage.yaml", "physicalType: int", "physicalType: string")],
        "platform/lineage.yaml: column 'attempt_count': type was int, is string",
    ),
    "a file that is no contract": (
        [version(3), edited(f"{DATASET}/v3.yaml", "kind: DataContract", "kind: Poem")],
        "transactions/v3.yaml: expected apiVersion v3.1.0 and kind DataContract",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_change_is_told(repository: Path, name: str) -> None:
    edits, told = WRONG[name]
    for edit in edits:
        edit(repository)
    problems = verdict(repository)
    assert any(told in problem for problem in problems), problems


def test_a_version_is_found_in_the_tree_by_path_and_at_a_commit(repository: Path) -> None:
    version(3, "branch:string")(repository)
    for text in ("v2", f"{DATASET}/v2.yaml", "main:v2", f"main:{DATASET}/v2.yaml"):
        assert contract_files.find(text, "transactions", repository).schema_version == "v2"
    with pytest.raises(CommandError, match="v3"):
        contract_files.find("main:v3", "transactions", repository)
    with pytest.raises(CommandError, match="'v9' is neither a file nor a version of transactions"):
        contract_files.find("v9", "transactions", repository)


def test_an_unknown_commit_is_told(repository: Path) -> None:
    with pytest.raises(CommandError, match="no-such-branch"):
        contract_files.released("no-such-branch", repository)
