"""Saves MiniStack's state every few seconds while it changes: by itself it saves only on a clean stop."""

import asyncio
import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from local_aws import engine

log = logging.getLogger("local_aws.checkpoint")

# A killed server loses at most the changes of this time, plus the time of one save. S3 objects are never lost.
INTERVAL_SECONDS = 2.0
# Saving a service takes at most this share of the time: a slow one is saved less often, the others do not wait for it.
_LARGEST_SHARE = 0.1
# A service whose state changes under the copy is read again this often, then left to the next checkpoint.
_ATTEMPTS = 3


class Checkpoints:
    """Knows whether requests came in, and writes the state of the services they may have changed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._saved: dict[str, bytes] = {}
        self._due: dict[str, float] = {}
        self._lock = threading.Lock()
        self._last_request = 0.0
        self._interval = float(os.environ.get("ASSAY_CHECKPOINT_SECONDS") or INTERVAL_SECONDS)

    def note_request(self) -> None:
        """Something may change from now on."""
        self._last_request = self._clock()

    async def run(self) -> None:
        """Save every few seconds, as long as there is anything to save."""
        looked, all_saved = 0.0, True
        while True:
            await asyncio.sleep(self._interval)
            started = self._clock()
            # Background work (an execution, a job) goes on after the last request: look once more after a while.
            if self._last_request + 3 * self._interval >= looked or not all_saved:
                all_saved = await asyncio.to_thread(self.save_due)
                looked = started

    def save(self) -> None:
        """Write the state of every service that changed since the last save."""
        with self._lock:
            for name, read in _services().items():
                self._save(name, read)

    def save_due(self) -> bool:
        """The same, but a service whose last save took long is left for later; True if none was."""
        services = _services()
        with self._lock:
            due = {name: read for name, read in services.items() if self._clock() >= self._due.get(name, 0.0)}
            for name, read in due.items():
                started = self._clock()
                self._save(name, read)
                self._due[name] = started + (self._clock() - started) / _LARGEST_SHARE
        return len(due) == len(services)

    def forget(self) -> None:
        """Write everything at the next save (after a reset removed the files)."""
        with self._lock:
            self._saved.clear()

    def _save(self, name: str, read: Callable[[], Any]) -> None:
        state = _consistent(name, read)
        if state is not None:
            self._write(name, state)

    def _write(self, name: str, state: Any) -> None:
        persistence = engine.module("ministack.core.persistence")
        digest = hashlib.blake2b(json.dumps(state, default=persistence._json_default).encode()).digest()
        if self._saved.get(name) != digest:
            persistence.save_state(name, state)
            self._saved[name] = digest


def _services() -> dict[str, Callable[[], Any]]:
    found: dict[str, Callable[[], Any]] = engine.module("ministack.app")._build_persistence_save_dict()
    return found


def _consistent(name: str, read: Callable[[], Any]) -> Any:
    for _ in range(_ATTEMPTS):
        try:
            return read()
        except RuntimeError:  # a dictionary changed size while it was copied
            time.sleep(0.01)
    log.warning("state of %s kept changing; it is saved with the next checkpoint", name)
    return None
