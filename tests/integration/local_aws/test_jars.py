"""The jars are what they should be, wherever they come from, or nothing is installed."""

import hashlib
import io
import json
import os
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from local_aws import class_archive, jars, unsigned
from local_aws.errors import LocalAwsError

CONTENT = {"hadoop-aws-3.3.1.jar": b"first jar", "aws-java-sdk-bundle-1.11.901.jar": b"second jar"}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and small jars with sums of their own."""
    monkeypatch.setenv("ASSAY_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(jars, "SUMS", {name: hashlib.sha256(body).hexdigest() for name, body in CONTENT.items()})
    return tmp_path


def maven(folder: Path, content: dict[str, bytes]) -> None:
    """A Maven that copies the jar it is asked for."""
    folder.mkdir()
    for name, body in content.items():
        (folder / name).write_bytes(body)
    program = folder / "mvn"
    program.write_text(
        "#!/bin/sh\nfor argument; do case $argument in\n"
        "-Dartifact=*) name=$(echo ${argument#*=} | cut -d: -f2,3 | tr : -) ;;\n"
        "-DoutputDirectory=*) target=${argument#*=} ;;\nesac; done\n"
        f"cp {folder}/$name.jar $target/\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IEXEC)


def test_the_jars_come_out_of_the_package_that_carries_them(cache: Path) -> None:
    archive = cache / "sagemaker_pyspark-1.4.5.tar.gz"
    with tarfile.open(archive, "w:gz") as package:
        for name, body in {**CONTENT, "other.jar": b"not wanted"}.items():
            member = tarfile.TarInfo(f"sagemaker_pyspark-1.4.5/deps/jars/{name}")
            member.size = len(body)
            package.addfile(member, io.BytesIO(body))
    (cache / "target").mkdir()
    jars.unpack(archive, cache / "target")
    assert {path.name: path.read_bytes() for path in (cache / "target").iterdir()} == CONTENT


def test_a_download_that_fails_says_why(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(cache))
    for name, value in {"NO_INDEX": "1", "FIND_LINKS": str(cache)}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    with pytest.raises(LocalAwsError, match=r"(?s)could not download sagemaker_pyspark.*No matching distribution"):
        jars.fetch()
    assert not jars.ready()


def test_maven_is_asked_first(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maven(cache / "bin", CONTENT)
    monkeypatch.setenv("PATH", f"{cache / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(jars, "_from_package", lambda _: pytest.fail("the package was asked although Maven answered"))
    jars.fetch()
    assert jars.ready()


def test_other_bytes_are_refused_and_nothing_is_installed(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maven(cache / "bin", {**CONTENT, "hadoop-aws-3.3.1.jar": b"something else"})
    monkeypatch.setenv("PATH", f"{cache / 'bin'}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(
        LocalAwsError, match=r"hadoop-aws-3\.3\.1\.jar: sha256 expected .* found .* nothing was installed"
    ):
        jars.fetch()
    assert not jars.ready()
    with pytest.raises(LocalAwsError, match=r"run `make setup`"):
        jars.require()


def test_the_region_file_is_valid_and_its_jar_always_the_same(tmp_path: Path) -> None:
    for name in ("a.jar", "b.jar"):
        jars.write_region_jar(tmp_path / name)
    assert (tmp_path / "a.jar").read_bytes() == (tmp_path / "b.jar").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.jar") as jar:
        (mapping,) = json.loads(jar.read("awssdk_config_override.json"))["hostRegexToRegionMappings"]
    assert mapping == {"hostNameRegex": r"127\.0\.0\.1", "regionName": "eu-west-1"}


def test_copies_of_signed_jars_have_every_class_and_no_signature(cache: Path) -> None:
    unsigned.write()
    copies = unsigned.class_path()
    assert {path.name.rpartition("-")[0] for path in copies} == {"janino", "commons-compiler"}
    for copy in copies:
        with zipfile.ZipFile(copy) as after, zipfile.ZipFile(unsigned.spark_jars() / copy.name) as before:
            gone = set(before.namelist()) - set(after.namelist())
            assert gone == {"META-INF/DUMMY.SF", "META-INF/DUMMY.DSA"}
            assert all(after.read(name) == before.read(name) for name in after.namelist())


def test_the_class_archive_belongs_to_these_very_jars(cache: Path) -> None:
    before = class_archive.path()
    jars.folder().mkdir(parents=True)
    (jars.folder() / "hadoop-aws-3.3.1.jar").write_bytes(b"x")
    class_archive._fingerprint.cache_clear()
    assert class_archive.path() != before
    class_archive._fingerprint.cache_clear()
