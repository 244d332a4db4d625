"""The server as a background process: spawned, asked over HTTP, stopped."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from local_aws import claim
from local_aws.errors import LocalAwsError
from local_aws.settings import HOST, REPOSITORY, Settings

_START_SECONDS = 30.0
_STOP_SECONDS = 20.0
_POLL_SECONDS = 0.05
_TAIL_CHARACTERS = 2000


def spawn(settings: Settings) -> None:
    """Start the server and wait until it answers; LocalAwsError with the end of its log when it does not."""
    settings.directory.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY / "scripts"),
        "ASSAY_LOCAL_DIR": str(settings.directory),
        "ASSAY_LOCAL_PORT": str(settings.port),
    }
    with settings.log_file.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local_aws"],
            cwd=settings.directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    await_healthy(settings, lambda: process.poll() is None)


def await_healthy(settings: Settings, alive: Callable[[], bool] = lambda: True) -> None:
    """Wait until the server answers; LocalAwsError when it died or takes too long."""
    if not _within(_START_SECONDS, lambda: is_healthy(settings) or not alive()) or not is_healthy(settings):
        tail = settings.log_file.read_text(errors="replace")[-_TAIL_CHARACTERS:] if settings.log_file.exists() else ""
        raise LocalAwsError(f"the local AWS did not come up on port {settings.port}; see {settings.log_file}:\n{tail}")


def is_dying(settings: Settings) -> bool:
    """Whether the server that holds the claim gives it back before it answers: it was killed a moment ago."""
    _within(_START_SECONDS, lambda: is_healthy(settings) or claim.read(settings) is None)
    return claim.read(settings) is None


def terminate(settings: Settings, pid: int) -> None:
    """Stop the server so that it saves its state; one that does not stop is killed."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        if _within(_STOP_SECONDS, lambda: claim.read(settings) is None):
            return


def is_healthy(settings: Settings) -> bool:
    """Whether this very folder's server answers on the port."""
    try:
        answer = call(settings, "/_local/health")
    except LocalAwsError:
        return False
    return bool(answer.get("directory") == str(settings.directory))


def call(settings: Settings, path: str, method: str = "GET") -> Any:
    """Ask the server one of its own addresses."""
    request = urllib.request.Request(f"http://{HOST}:{settings.port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except (urllib.error.URLError, TimeoutError, ConnectionError, ValueError) as error:
        raise LocalAwsError(f"the local AWS on port {settings.port} does not answer {path}: {error}") from error


def _within(seconds: float, done: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if done():
            return True
        time.sleep(_POLL_SECONDS)
    return False
