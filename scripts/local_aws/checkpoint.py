"""Saves MiniStack's state every few seconds while it changes: by itself it saves only on a clean stop."""

import asyncio
import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Collection
from typing import Any

from local_aws import engine

log = logging.getLogger("local_aws.checkpoint")

# How often the state is saved: a killed server loses the changes since then. S3 objects are never lost.
INTERVAL_SECONDS = 2.0
# Saving one service takes at most this share of the time. A slow one has its turn less often, so that it does not slow
# down the others.
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
        self._last_request = self._looked = 0.0
        self._left: set[str] = set()
        self._interval = float(os.environ.get("ASSAY_CHECKPOINT_SECONDS") or INTERVAL_SECONDS)

    def note_request(self) -> None:
        """Something may change from now on."""
        self._last_request = self._clock()

    async def run(self) -> None:
        """Look every few seconds."""
        while True:
            await asyncio.sleep(self._interval)
            await asyncio.to_thread(self.look)

    def look(self) -> None:
        """Save the services whose turn it is, as long as there is anything to save."""
        # Background work (an execution, a job) goes on after the last request: look once more after a while.
        changing = self._last_request + 3 * self._interval >= self._looked
        if changing:
            self._looked = self._clock()
        if changing or self._left:
            with self._lock:
                self._left = self._save_due(_services() if changing else _services(self._left))

    def save(self) -> None:
        """Write the state of every service that changed since the last save."""
        with self._lock:
            for name, read in _services().items():
                self._save(name, read)

    def forget(self) -> None:
        """Write everything at the next look (after a reset removed the files)."""
        with self._lock:
            self._saved.clear()
            self._due.clear()

    def _save_due(self, services: dict[str, Callable[[], Any]]) -> set[str]:
        """The names of those that are left for later: it was not their turn, or they kept changing."""
        left = set()
        for name, read in services.items():
            started = self._clock()
            if started < self._due.get(name, 0.0) or not self._save(name, read):
                left.add(name)
            else:
                self._due[name] = started + (self._clock() - started) / _LARGEST_SHARE
        return left

    def _save(self, name: str, read: Callable[[], Any]) -> bool:
        state = _consistent(name, read)
        if state is not None:
            self._write(name, state)
        return state is not None

    def _write(self, name: str, state: Any) -> None:
        persistence = engine.module("ministack.core.persistence")
        digest = hashlib.blake2b(json.dumps(state, default=persistence._json_default).encode()).digest()
        if self._saved.get(name) != digest:
            persistence.save_state(name, state)
            self._saved[name] = digest


def _services(names: Collection[str] | None = None) -> dict[str, Callable[[], Any]]:
    found: dict[str, Callable[[], Any]] = engine.module("ministack.app")._build_persistence_save_dict()
    return found if names is None else {name: read for name, read in found.items() if name in names}


def _consistent(name: str, read: Callable[[], Any]) -> Any:
    for _ in range(_ATTEMPTS):
        try:
            return read()
        except RuntimeError:  # a dictionary changed size while it was copied
            time.sleep(0.01)
    log.warning("state of %s kept changing; it is saved with the next checkpoint", name)
    return None
