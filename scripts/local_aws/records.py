"""The adapters' own records: one JSON file each, written whole, so that a killed server loses none."""

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Record = dict[str, Any]


class Records:
    """Records of one kind, by name. Kept in memory, mirrored on disk at every `put`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._found: dict[str, Record] = {}
        self._load()

    def _load(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns):
            entry = json.loads(path.read_text())
            self._found[entry["name"]] = entry["record"]

    def get(self, name: str) -> Record | None:
        """The record of that name, if any."""
        return self._found.get(name)

    def put(self, name: str, record: Record) -> None:
        """Keep the record and write it to disk."""
        with self._lock:
            self._found[name] = record
            path = self._path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(".draft")
            draft.write_text(json.dumps({"name": name, "record": record}, default=str))
            draft.replace(path)

    def all(self) -> Iterator[Record]:
        """Every record, oldest first."""
        with self._lock:
            return iter(list(self._found.values()))

    def remove(self, name: str) -> None:
        """Forget one record."""
        with self._lock:
            self._found.pop(name, None)
            self._path(name).unlink(missing_ok=True)

    def clear(self) -> None:
        """Forget every record."""
        with self._lock:
            self._found.clear()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name.replace('/', '~').replace(':', '_')}.json"
