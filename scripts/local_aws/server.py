"""The server process: MiniStack with its adapters, behind one HTTP port."""

import asyncio
import fcntl
import json
import os
import socket
import time
from collections.abc import Callable
from typing import IO, Any

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config

from local_aws import engine
from local_aws.adapters import Adapters
from local_aws.checkpoint import Checkpoints
from local_aws.errors import LocalAwsError
from local_aws.routes import routed
from local_aws.settings import HOST, Settings

_LOCK_ATTEMPTS = 20
_LOCK_PAUSE_SECONDS = 0.02


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; the state is saved on the way out."""
    lock = claim_directory(settings)
    refuse_busy_port(settings.port)
    engine.prepare_environment(settings)
    engine.require_tested_version()
    adapters = Adapters(settings)
    adapters.install()
    checkpoints = Checkpoints(settings)
    app = routed(engine.module("ministack.app").app, settings, adapters, checkpoints)
    try:
        asyncio.run(_run(app, settings, checkpoints))
    finally:
        adapters.stop()
        lock.close()


async def _run(app: Callable[..., Any], settings: Settings, checkpoints: Checkpoints) -> None:
    config = Config()
    config.bind = [f"{HOST}:{settings.port}"]
    config.keep_alive_timeout = 75
    config.loglevel = os.environ.get("LOG_LEVEL", "WARNING")
    ticking = asyncio.create_task(checkpoints.run())
    try:
        await hypercorn_serve(app, config)
    finally:
        ticking.cancel()


def claim_directory(settings: Settings) -> IO[str]:
    """Lock the folder for this process. A process that dies, however it dies, gives the lock back."""
    settings.directory.mkdir(parents=True, exist_ok=True)
    lock = open(settings.lock_file, "a+")  # noqa: SIM115 - held open as long as the server lives
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


def _locked(lock: IO[str]) -> bool:
    """Take the lock; somebody who only looks whether it is held lets it go within moments."""
    for _ in range(_LOCK_ATTEMPTS):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(_LOCK_PAUSE_SECONDS)
    return False


def refuse_busy_port(port: int) -> None:
    """Raise LocalAwsError when something else listens on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise LocalAwsError(
                f"port {port} on {HOST} is in use by another program: stop it, or choose another port"
            ) from None
