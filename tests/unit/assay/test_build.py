"""The artefacts of a build."""

import zipfile
from pathlib import Path

from assay.build import build


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
