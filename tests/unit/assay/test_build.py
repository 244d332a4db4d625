"""The artefacts of a build."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

from assay.build import REPOSITORY, SHIPPED, SOURCES, build
from assay.git import commit_of
from lake.rules.build_manifest import differences


def test_two_builds_have_the_same_bytes(tmp_path: Path) -> None:
    first, second = build(tmp_path / "a"), build(tmp_path / "b")
    assert first.build_id == second.build_id
    assert {name: (tmp_path / "a" / name).read_bytes() for name in first.sha256} == {
        name: (tmp_path / "b" / name).read_bytes() for name in second.sha256
    }


def test_the_zips_hold_code_contracts_and_nothing_compiled(tmp_path: Path) -> None:
    built = build(tmp_path)
    for archive in ("functions.zip", "lake.zip"):
        names = zipfile.ZipFile(built.folder / archive).namelist()
        assert "contracts/transactions/v1.yaml" in names
        assert "lake/errors.py" in names
        assert not [name for name in names if name.endswith((".pyc", ".so")) or name.startswith("tests")]
    assert any(name.startswith("functions/") for name in zipfile.ZipFile(built.folder / "functions.zip").namelist())
    assert not any("pyspark" in name for name in zipfile.ZipFile(built.folder / "functions.zip").namelist())


def test_an_unchanged_artefact_is_not_written_again(tmp_path: Path) -> None:
    build(tmp_path)
    before = (tmp_path / "lake.zip").stat().st_mtime_ns
    build(tmp_path)
    assert (tmp_path / "lake.zip").stat().st_mtime_ns == before


def test_another_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    made = {name: _built_in(tmp_path / name) for name in ("one", "two")}
    assert made["one"] == made["two"]
    assert {"functions.zip", "lake.zip", "stack.zip", "sbom.cdx.json", "manifest.json"} <= set(made["one"])


def test_what_tools_leave_behind_is_no_part_of_a_build(tmp_path: Path) -> None:
    clean = _built_in(tmp_path / "clean")
    left = (
        "terraform/errored.tfstate",
        "terraform/terraform.tfstate.backup",
        "terraform/next.tfplan",
        "lake/crash.log",
    )
    assert _built_in(tmp_path / "left", left) == clean


def test_a_build_says_what_it_is_made_of(tmp_path: Path) -> None:
    made = build(tmp_path)
    assert (made.manifest.build_id, made.manifest.sha256) == (made.build_id, made.sha256)
    assert differences(made.manifest, made.artefacts()) == []
    bill = json.loads((tmp_path / "sbom.cdx.json").read_bytes())
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "assay")
    assert [each["name"] for each in bill["components"]] == [*SHIPPED]
    assert all(each["purl"] == f"pkg:pypi/{each['name']}@{each['version']}" for each in bill["components"])


def test_whatever_is_shipped_is_in_the_bill_of_materials(tmp_path: Path) -> None:
    build(tmp_path)
    ours = {"lake", "contracts", "functions", "transforms"}
    names = [
        *zipfile.ZipFile(tmp_path / "functions.zip").namelist(),
        *zipfile.ZipFile(tmp_path / "lake.zip").namelist(),
    ]
    shipped = {name.partition("/")[0].removesuffix(".py") for name in names} - ours
    owners = metadata.packages_distributions()
    assert {owners[each][0].lower().replace("_", "-") for each in shipped} == set(SHIPPED)


def test_a_stack_can_be_planned_without_the_repository(tmp_path: Path) -> None:
    build(tmp_path)
    names = set(zipfile.ZipFile(tmp_path / "stack.zip").namelist())
    assert {"terraform/main.tf", "terraform/.terraform.lock.hcl", "terraform/envs/prod.tfvars"} <= names
    assert {"contracts/transactions/v1.yaml", "sql/views/transactions.sql"} <= names
    assert not [name for name in names if "/tests/" in name or ".terraform/" in name or name.endswith(".tfstate")]


def test_sources_with_an_uncommitted_change_are_dirty(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-C", str(tmp_path), *arguments],
            check=True,
            capture_output=True,
        )

    assert commit_of(tmp_path, ["lake"]) == ("", False)
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "a.py").write_text("")
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "one")
    commit, dirty = commit_of(tmp_path, ["lake"])
    assert (len(commit), dirty) == (40, False)
    (tmp_path / "notes.txt").write_text("not a source")
    assert commit_of(tmp_path, ["lake"]) == (commit, False)
    (tmp_path / "lake" / "b.py").write_text("")
    assert commit_of(tmp_path, ["lake"]) == (commit, True)


def _built_in(folder: Path, left: tuple[str, ...] = ()) -> dict[str, bytes]:
    """A build of the sources as they lie in another folder, with what is `left` there."""
    for part in (*SOURCES, "scripts"):
        if (REPOSITORY / part).is_dir():
            shutil.copytree(REPOSITORY / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(REPOSITORY / part, folder / part)
    for each in left:
        (folder / each).write_text("a secret")
    sources = ":".join(str(folder / part) for part in ("", "glue", "lambda", "scripts"))
    subprocess.run(
        [sys.executable, "-c", "from assay.build import build; build()"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": sources},
        check=True,
    )
    made = folder / "build" / "artifacts"
    return {each.relative_to(made).as_posix(): each.read_bytes() for each in made.rglob("*") if each.is_file()}
