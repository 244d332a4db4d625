"""The artefacts of a build: the same sources give the same bytes, and the build id is their hash."""

import hashlib
import io
import json
import sysconfig
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
ARTIFACTS = REPOSITORY / "build" / "artifacts"

# Pure Python, so that one zip serves every interpreter and processor. boto3 comes with the runtimes.
FUNCTION_PACKAGES = ("yaml", "iso4217", "aws_lambda_powertools", "jmespath")
FUNCTION_MODULES = ("typing_extensions.py",)
JOB_PACKAGES = ("yaml", "iso4217")

_EPOCH = (1980, 1, 1, 0, 0, 0)
_LEFT_OUT = {".pyc", ".so", ".pyi", ".pyd"}


@dataclass(frozen=True)
class Build:
    """One set of artefacts: where they lie and what they are called."""

    build_id: str
    folder: Path
    sha256: dict[str, str]


def build(folder: Path = ARTIFACTS) -> Build:
    """Write every artefact and `build.json` below folder."""
    artefacts = dict(_artefacts())
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in artefacts.items()}
    build_id = hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest()[:12]
    for name, content in artefacts.items():
        _write(folder / name, content)
    record = {"build_id": build_id, "sha256": sums}
    _write(folder / "build.json", (json.dumps(record, indent=1, sort_keys=True) + "\n").encode())
    return Build(build_id, folder, sums)


def _artefacts() -> Iterator[tuple[str, bytes]]:
    installed = Path(sysconfig.get_paths()["purelib"])
    ours = [(REPOSITORY, "lake"), (REPOSITORY, "contracts")]
    functions = [*ours, (REPOSITORY / "lambda", "functions"), *((installed, each) for each in FUNCTION_PACKAGES)]
    jobs = [*ours, (REPOSITORY / "glue", "transforms"), *((installed, each) for each in JOB_PACKAGES)]
    yield "functions.zip", _zip([*_files(functions), *((installed / each, each) for each in FUNCTION_MODULES)])
    yield "lake.zip", _zip(list(_files(jobs)))
    for script in sorted((REPOSITORY / "glue" / "jobs").glob("*.py")):
        if script.name != "__init__.py":
            yield f"jobs/{script.name}", script.read_bytes()


def _files(folders: list[tuple[Path, str]]) -> Iterator[tuple[Path, str]]:
    for root, name in folders:
        for path in sorted((root / name).rglob("*")):
            if path.is_file() and path.suffix not in _LEFT_OUT and "__pycache__" not in path.parts:
                yield path, path.relative_to(root).as_posix()


def _zip(files: list[tuple[Path, str]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path, name in sorted(files, key=lambda each: each[1]):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()


def _write(path: Path, content: bytes) -> None:
    """Leave an equal file alone, so that Terraform sees no change where there is none."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
