"""The server process: MiniStack with its adapters, behind one HTTP port."""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config

from local_aws import claim, engine
from local_aws.adapters import Adapters
from local_aws.checkpoint import Checkpoints
from local_aws.routes import Application
from local_aws.settings import HOST, Settings


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; the state is saved on the way out."""
    lock = claim.take(settings)
    claim.refuse_busy_port(settings.port)
    engine.prepare_environment(settings)
    engine.require_tested_version()
    adapters = Adapters(settings)
    adapters.install()
    checkpoints = Checkpoints()
    app = Application(engine.module("ministack.app").app, settings, adapters, checkpoints)
    try:
        asyncio.run(_run(app, settings, checkpoints, adapters))
    finally:
        lock.close()


async def _run(app: Callable[..., Any], settings: Settings, checkpoints: Checkpoints, adapters: Adapters) -> None:
    config = Config()
    config.bind = [f"{HOST}:{settings.port}"]
    config.keep_alive_timeout = 75
    config.loglevel = os.environ.get("LOG_LEVEL", "WARNING")
    beside = [asyncio.create_task(each) for each in (checkpoints.run(), _when_it_answers(settings, adapters.serving))]
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)

    async def stopping() -> None:
        await asked.wait()
        await asyncio.to_thread(adapters.stop)  # while the server still serves: jobs write their last log lines

    try:
        await hypercorn_serve(app, config, shutdown_trigger=stopping)
    finally:
        for each in beside:
            each.cancel()


async def _when_it_answers(settings: Settings, work: Callable[[], None]) -> None:
    """Do the work as soon as the server takes connections: by then its state is back."""
    while True:
        try:
            _, writer = await asyncio.open_connection(HOST, settings.port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return await asyncio.to_thread(work)
