"""Who runs from a folder: the server holds a lock on a file there that names its process and port."""

import fcntl
import json
import os
import socket
import time
from typing import IO, Any

from local_aws.errors import LocalAwsError
from local_aws.settings import HOST, Settings

_LOCK_ATTEMPTS = 20
_LOCK_PAUSE_SECONDS = 0.02


def take(settings: Settings) -> IO[str]:
    """Claim the folder for this process. A process that dies, however it dies, gives the claim back."""
    settings.directory.mkdir(parents=True, exist_ok=True)
    lock = settings.lock_file.open("a+")
    if not _locked(lock):
        lock.close()
        raise LocalAwsError(
            f"a local AWS already runs from {settings.directory}: stop it first, or use another ASSAY_LOCAL_DIR"
        )
    lock.seek(0)
    lock.truncate()
    lock.write(json.dumps({"pid": os.getpid(), "port": settings.port}))
    lock.flush()
    return lock


def read(settings: Settings) -> dict[str, Any] | None:
    """Process and port of the server that holds the claim; None when nobody does."""
    try:
        with settings.lock_file.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                text = file.read()
                return dict(json.loads(text)) if text else {}
    except FileNotFoundError:
        pass
    return None


def refuse_busy_port(port: int) -> None:
    """Raise LocalAwsError when something else listens on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise LocalAwsError(
                f"port {port} on {HOST} is in use by another program: stop it, or set ASSAY_LOCAL_PORT to a free one"
            ) from None


def _locked(lock: IO[str]) -> bool:
    """Take the lock; somebody who only looks whether it is held lets it go within moments."""
    for _ in range(_LOCK_ATTEMPTS):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(_LOCK_PAUSE_SECONDS)
    return False
