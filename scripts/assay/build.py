"""The artefacts of a build: the same sources give the same bytes, in whatever folder and on whatever machine."""

import io
import os
import sysconfig
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assay import git, sbom
from lake.rules.build_manifest import FUNCTIONS, LIBRARY, MANIFEST, SBOM, STACK, BuildManifest, manifest_of
from lake.rules.json_record import from_json, to_json

REPOSITORY = Path(__file__).resolve().parents[2]
ARTIFACTS = REPOSITORY / "build" / "artifacts"

# Pure Python, so that one zip serves every interpreter and processor. boto3 comes with the runtimes.
FUNCTION_PACKAGES = ("yaml", "iso4217", "aws_lambda_powertools", "jmespath")
FUNCTION_MODULES = ("typing_extensions.py",)
JOB_PACKAGES = ("yaml", "iso4217")
SHIPPED = ("aws-lambda-powertools", "iso4217", "jmespath", "pyyaml", "typing-extensions")

# Whatever an apply needs: a build is deployed again later without the repository it came from.
STACK_FOLDERS = ("terraform", "contracts", "sql")
SOURCES = (*STACK_FOLDERS, "lake", "glue", "lambda", "requirements.lock")

# of a Terraform that died; a state holds secrets
_LEFTOVERS = {".tfstate", ".backup", ".tfplan", ".log"}
_EPOCH = (1980, 1, 1, 0, 0, 0)
_LEFT_OUT = {".pyc", ".so", ".pyi", ".pyd", *_LEFTOVERS}
_FOLDERS_LEFT_OUT = {"__pycache__", ".terraform", "tests", "bootstrap"}


@dataclass(frozen=True)
class Build:
    """One set of artefacts: where they lie and what they are called."""

    build_id: str
    folder: Path
    sha256: dict[str, str]

    @property
    def manifest(self) -> BuildManifest:
        """Its manifest."""
        return from_json(BuildManifest, (self.folder / MANIFEST).read_bytes(), str(self.folder / MANIFEST))

    def artefacts(self) -> dict[str, bytes]:
        """Every artefact by its name."""
        return {name: (self.folder / name).read_bytes() for name in self.sha256}


def build(folder: Path = ARTIFACTS) -> Build:
    """Write every artefact and `manifest.json` below folder."""
    artefacts = dict(_artefacts())
    commit, dirty = git.commit_of(REPOSITORY, SOURCES)
    sums = manifest_of(artefacts, commit, dirty).sha256
    artefacts[SBOM] = sbom.bill(REPOSITORY / "requirements.lock", SHIPPED, commit, sums)
    manifest = manifest_of(artefacts, commit, dirty)
    for name, content in artefacts.items():
        _write(folder / name, content)
    _write(folder / MANIFEST, (to_json(manifest) + "\n").encode())
    return Build(manifest.build_id, folder, manifest.sha256)


def _artefacts() -> Iterator[tuple[str, bytes]]:
    installed = Path(sysconfig.get_paths()["purelib"])
    ours = [(REPOSITORY, "lake"), (REPOSITORY, "contracts")]
    functions = [*ours, (REPOSITORY / "lambda", "functions"), *((installed, each) for each in FUNCTION_PACKAGES)]
    jobs = [*ours, (REPOSITORY / "glue", "transforms"), *((installed, each) for each in JOB_PACKAGES)]
    yield FUNCTIONS, _zip([*_files(functions), *((installed / each, each) for each in FUNCTION_MODULES)])
    yield LIBRARY, _zip(list(_files(jobs)))
    yield STACK, _zip(list(_files([(REPOSITORY, each) for each in STACK_FOLDERS])))
    for script in sorted((REPOSITORY / "glue" / "jobs").glob("*.py")):
        if script.name != "__init__.py":
            yield f"jobs/{script.name}", script.read_bytes()


def _files(folders: list[tuple[Path, str]]) -> Iterator[tuple[Path, str]]:
    for root, name in folders:
        for path in sorted((root / name).rglob("*")):
            inside = path.relative_to(root)
            if path.is_file() and path.suffix not in _LEFT_OUT and not _FOLDERS_LEFT_OUT & set(inside.parts):
                yield path, inside.as_posix()


def _zip(files: list[tuple[Path, str]]) -> bytes:
    """Stored, not compressed: what a compressor makes of the same bytes depends on its version."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, name in sorted(files, key=lambda each: each[1]):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()


def _write(path: Path, content: bytes) -> None:
    """Leave an equal file alone, so that nothing sees a change where there is none; nobody sees half a file."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)
