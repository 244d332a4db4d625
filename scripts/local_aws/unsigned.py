"""Copies of Spark's signed jars without their signatures: the JVM archives no class of a signed jar.

Only the compiler of Spark's generated code is signed. Without its classes in the archive, every job would read and
verify hundreds of them anew.
"""

import zipfile
from importlib.util import find_spec
from pathlib import Path

from local_aws.errors import LocalAwsError
from local_aws.settings import cache_directory

_SIGNED = ("janino-*.jar", "commons-compiler-*.jar")
_SIGNATURES = (".SF", ".DSA", ".RSA", ".EC")


def spark_jars() -> Path:
    """The folder of the jars that pyspark brings along."""
    found = find_spec("pyspark")
    if found is None or found.origin is None:
        raise LocalAwsError("pyspark is not installed: install the locked requirements")
    return Path(found.origin).parent / "jars"


def class_path() -> list[Path]:
    """The copies that are there; in front of the originals on a class path they take their place."""
    return [path for path in _copies().values() if path.is_file()]


def write() -> None:
    """Make the copies that are not there yet."""
    for original, copy in _copies().items():
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            _write(original, copy)


def _copies() -> dict[Path, Path]:
    originals = [path for pattern in _SIGNED for path in sorted(spark_jars().glob(pattern))]
    return {path: cache_directory() / "unsigned" / path.name for path in originals}


def _write(original: Path, copy: Path) -> None:
    draft = copy.with_suffix(".draft")
    with zipfile.ZipFile(original) as source, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            if not (entry.filename.startswith("META-INF/") and entry.filename.endswith(_SIGNATURES)):
                target.writestr(entry, source.read(entry))
    draft.replace(copy)
