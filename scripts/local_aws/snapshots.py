"""Copies of the whole state, by key: the second start of an unchanged stack takes seconds."""

import re
import shutil
from pathlib import Path

from local_aws.errors import LocalAwsError
from local_aws.settings import Settings

_TERRAFORM = "terraform"
_STATE = "state"
_KEY = re.compile(r"[0-9A-Za-z._-]{1,100}")
_TERRAFORM_FILES = ("*.tfstate", "*.tfstate.backup")
_UNFINISHED = shutil.ignore_patterns("*.tmp", "*.draft")
_KEPT = 3


def exists(settings: Settings, key: str) -> bool:
    """Whether a complete snapshot is kept under the key."""
    return _folder(settings, key).is_dir()


def save(settings: Settings, key: str, tfstate_dir: Path | None = None) -> Path:
    """Keep the state under the key; a copy that breaks off leaves no snapshot."""
    folder = _folder(settings, key)
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(settings.state, draft / _STATE, ignore=_UNFINISHED)
    if tfstate_dir is not None:
        _copy_tfstate(tfstate_dir, draft / _TERRAFORM)
    shutil.rmtree(folder, ignore_errors=True)
    draft.replace(folder)
    _forget_old(settings)
    return folder


def restore(settings: Settings, key: str, tfstate_dir: Path | None = None) -> None:
    """Put the state of the key in place of the present one; the server must be stopped."""
    folder = _folder(settings, key)
    draft = settings.directory / ".state.draft"
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(folder / _STATE, draft)
    shutil.rmtree(settings.state, ignore_errors=True)
    draft.replace(settings.state)
    if tfstate_dir is not None:
        _copy_tfstate(folder / _TERRAFORM, tfstate_dir)


def _forget_old(settings: Settings) -> None:
    found = sorted(settings.snapshots.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in found[_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_tfstate(source: Path, target: Path) -> None:
    found = [path for pattern in _TERRAFORM_FILES for path in Path(source).glob(pattern)]
    if not found:
        raise LocalAwsError(f"no Terraform state in {source}: apply the stack before its snapshot is saved")
    target.mkdir(parents=True, exist_ok=True)
    for path in found:
        shutil.copy2(path, target / path.name)


def _folder(settings: Settings, key: str) -> Path:
    if not _KEY.fullmatch(key):
        raise LocalAwsError(f"snapshot key {key!r}: expected letters, digits, dot, dash or underscore")
    return settings.snapshots / key
