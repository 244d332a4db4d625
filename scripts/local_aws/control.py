"""Start, stop and look at the local AWS from another process: what the `assay` command calls."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from local_aws import claim, daemon, jars, snapshots
from local_aws.errors import LocalAwsError
from local_aws.settings import Settings, client_environment, default_directory, default_port


@dataclass(frozen=True)
class Status:
    """Whether the local AWS of a folder runs, and whether Spark jobs could reach S3."""

    running: bool
    folder: Path
    port: int
    pid: int | None = None
    healthy: bool = False
    jars_ready: bool = False


def start(directory: Path | None = None, port: int | None = None) -> Status:
    """Start the server in the background and wait until it answers; one that runs already is left alone.

    Raises LocalAwsError when the port is taken, when another port was asked for than the running one's,
    and when the server does not come up.
    """
    found = status(directory)
    if found.running and port is not None and found.port != port:
        raise LocalAwsError(f"the local AWS of {found.folder} already runs on port {found.port}: stop it first")
    if not found.running or daemon.is_dying(_settings(directory, found.port)):
        settings = _settings(directory, port)
        claim.refuse_busy_port(settings.port)
        daemon.spawn(settings)
    else:
        daemon.await_healthy(_settings(directory, found.port))
    return status(directory)


def stop(directory: Path | None = None) -> Status:
    """Stop the server and wait until its state is saved; fine when none runs."""
    found = status(directory)
    if found.running and found.pid is not None:
        daemon.terminate(_settings(directory, found.port), found.pid)
    return status(directory)


def status(directory: Path | None = None) -> Status:
    """What runs from the folder. A process that was killed counts as not running."""
    settings = _settings(directory)
    claimed = claim.read(settings)
    if claimed is None:
        return Status(False, settings.directory, settings.port, jars_ready=jars.ready())
    settings = replace(settings, port=claimed.get("port", settings.port))
    healthy = daemon.is_healthy(settings)
    return Status(True, settings.directory, settings.port, claimed.get("pid"), healthy, jars.ready())


def reset(directory: Path | None = None) -> Status:
    """Stop the server and forget every resource, object, mail and job run. Snapshots are kept."""
    stopped = stop(directory)
    settings = _settings(directory)
    for folder in (settings.state, settings.query_cache, settings.work):
        shutil.rmtree(folder, ignore_errors=True)
    return stopped


def environment(port: int | None = None) -> dict[str, str]:
    """Environment variables that point Terraform and every AWS SDK at the local AWS."""
    return client_environment(default_port() if port is None else port)


def outbox(directory: Path | None = None) -> list[dict[str, Any]]:
    """The mails sent so far: to, subject, body, topic, at."""
    mails: list[dict[str, Any]] = daemon.call(_running(directory), "/_local/outbox")
    return mails


def holds(key: str, directory: Path | None = None) -> bool:
    """Whether the state is that of the stack marked with the key."""
    found = _settings(directory).mark
    return found.is_file() and found.read_text() == key


def holds_anything(directory: Path | None = None) -> bool:
    """Whether anything was put into the local AWS since it was new or reset."""
    settings = _settings(directory)
    return settings.mark.is_file() or (settings.objects.is_dir() and any(settings.objects.iterdir()))


def mark(key: str, directory: Path | None = None) -> None:
    """Say that the state is now that of the stack with the key, and keep a snapshot of it."""
    settings = _settings(directory)
    settings.mark.parent.mkdir(parents=True, exist_ok=True)
    settings.mark.write_text(key)
    save_snapshot(key, directory=directory)


def unmark(directory: Path | None = None) -> None:
    """Say that the state is that of no stack known by a key: it is about to be changed in another way."""
    _settings(directory).mark.unlink(missing_ok=True)


def save_snapshot(key: str, tfstate_dir: Path | None = None, directory: Path | None = None) -> Path:
    """Keep a copy of the whole state under the key; the server may run on.

    `tfstate_dir` is for a Terraform state that does not lie in the local S3.
    """
    if status(directory).running:
        daemon.call(_running(directory), "/_local/checkpoint", "POST")
    return snapshots.save(_settings(directory), key, tfstate_dir)


def restore_snapshot(key: str, tfstate_dir: Path | None = None, directory: Path | None = None) -> bool:
    """Put the state saved under the key back; False when there is none.

    A running server is stopped before and started again after.
    """
    settings = _settings(directory)
    if not snapshots.exists(settings, key):
        return False
    before = status(directory)
    stop(directory)
    snapshots.restore(settings, key, tfstate_dir)
    if before.running:
        start(directory, before.port)
    return True


def _running(directory: Path | None) -> Settings:
    found = status(directory)
    if not found.running:
        raise LocalAwsError(f"no local AWS runs from {found.folder}: start it first")
    return _settings(directory, found.port)


def _settings(directory: Path | None, port: int | None = None) -> Settings:
    folder = Path(directory).resolve() if directory else default_directory()
    return Settings(folder, default_port() if port is None else port)
