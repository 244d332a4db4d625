"""Start, stop and look at the local AWS from another process: what the `assay` command calls."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws import jars, snapshots
from local_aws.errors import LocalAwsError
from local_aws.server import refuse_busy_port
from local_aws.settings import REPOSITORY, Settings, client_environment, default_directory, default_port

_START_SECONDS = 30.0
_STOP_SECONDS = 20.0
_POLL_SECONDS = 0.05


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
    settings = _settings(directory, port)
    found = status(directory)
    if found.running:
        if port is not None and found.port != port:
            raise LocalAwsError(f"the local AWS of {found.folder} already runs on port {found.port}: stop it first")
        return _await_healthy(settings, None)
    refuse_busy_port(settings.port)
    return _await_healthy(settings, _spawn(settings))


def stop(directory: Path | None = None) -> Status:
    """Stop the server and wait until its state is saved; fine when none runs."""
    found = status(directory)
    if found.running and found.pid is not None:
        _signal(found.pid, signal.SIGTERM)
        if not _await_gone(directory):
            _signal(found.pid, signal.SIGKILL)
            _await_gone(directory)
    return status(directory)


def status(directory: Path | None = None) -> Status:
    """What runs from the folder. A process that was killed counts as not running."""
    settings = _settings(directory)
    claim = _claim(settings)
    if claim is None:
        return Status(False, settings.directory, settings.port, jars_ready=jars.ready())
    port = claim.get("port", settings.port)
    healthy = _healthy(port, settings.directory)
    return Status(True, settings.directory, port, claim.get("pid"), healthy, jars.ready())


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
    found = status(directory)
    if not found.running:
        raise LocalAwsError(f"no local AWS runs from {found.folder}: start it first")
    mails: list[dict[str, Any]] = _call(found.port, "/_local/outbox")
    return mails


def holds(key: str, directory: Path | None = None) -> bool:
    """Whether the state is that of the stack marked with the key."""
    mark_file = _settings(directory).mark
    return mark_file.is_file() and mark_file.read_text() == key


def holds_anything(directory: Path | None = None) -> bool:
    """Whether anything was ever put into the local AWS since it was new or reset."""
    settings = _settings(directory)
    return settings.mark.is_file() or (settings.objects.is_dir() and any(settings.objects.iterdir()))


def mark(key: str, directory: Path | None = None) -> None:
    """Say that the state is now that of the stack with the key, and keep a snapshot of it."""
    settings = _settings(directory)
    settings.mark.parent.mkdir(parents=True, exist_ok=True)
    settings.mark.write_text(key)
    save_snapshot(key, directory=directory)


def save_snapshot(key: str, tfstate_dir: Path | None = None, directory: Path | None = None) -> Path:
    """Keep a copy of the whole state under the key; the server may run on.

    `tfstate_dir` is for a Terraform state that does not lie in the local S3.
    """
    settings = _settings(directory)
    found = status(directory)
    if found.running:
        _call(found.port, "/_local/checkpoint", "POST")
    return snapshots.save(settings, key, tfstate_dir)


def restore_snapshot(key: str, tfstate_dir: Path | None = None, directory: Path | None = None) -> bool:
    """Put the state saved under the key back; False when there is none.

    A running server is stopped before and started again after.
    """
    settings = _settings(directory)
    if not snapshots.exists(settings, key):
        return False
    found = status(directory)
    if found.running:
        stop(directory)
    snapshots.restore(settings, key, tfstate_dir)
    if found.running:
        start(directory, found.port)
    return True


def _settings(directory: Path | None, port: int | None = None) -> Settings:
    folder = Path(directory).resolve() if directory else default_directory()
    return Settings(folder, default_port() if port is None else port)


def _spawn(settings: Settings) -> subprocess.Popen[bytes]:
    settings.directory.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY / "scripts"),
        "ASSAY_LOCAL_DIR": str(settings.directory),
        "ASSAY_LOCAL_PORT": str(settings.port),
    }
    with open(settings.log_file, "ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "local_aws"],
            cwd=settings.directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _await_healthy(settings: Settings, process: subprocess.Popen[bytes] | None) -> Status:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        found = status(settings.directory)
        if found.healthy:
            return found
        if process is not None and process.poll() is not None:
            break
        time.sleep(_POLL_SECONDS)
    tail = settings.log_file.read_text(errors="replace")[-2000:] if settings.log_file.exists() else ""
    raise LocalAwsError(f"the local AWS did not come up on port {settings.port}; end of {settings.log_file}:\n{tail}")


def _await_gone(directory: Path | None) -> bool:
    deadline = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < deadline:
        if _claim(_settings(directory)) is None:
            return True
        time.sleep(_POLL_SECONDS)
    return False


def _claim(settings: Settings) -> dict[str, Any] | None:
    """Process and port of the server that holds the folder's lock; None when nobody holds it."""
    try:
        with open(settings.lock_file) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                text = file.read()
                return dict(json.loads(text)) if text else {}
    except FileNotFoundError:
        pass
    return None


def _healthy(port: int, directory: Path) -> bool:
    try:
        answer = _call(port, "/_local/health")
    except LocalAwsError:
        return False
    return bool(answer.get("directory") == str(directory))


def _call(port: int, path: str, method: str = "GET") -> Any:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except (urllib.error.URLError, TimeoutError, ConnectionError, ValueError) as error:
        raise LocalAwsError(f"the local AWS on port {port} does not answer {path}: {error}") from error


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
