"""Objects in bronze: what their keys say, and which of them are sources."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date

from lake.rules.layout import READY_MARKER

_KEY = re.compile(r"(?P<dataset>[^/]+)/ingest_date=(?P<day>\d{4}-\d\d-\d\d)/(?P<name>.+)")


@dataclass(frozen=True)
class BronzeKey:
    """`<dataset>/ingest_date=YYYY-MM-DD/<name>`, taken apart."""

    dataset: str
    ingest_date: str
    name: str

    @property
    def is_marker(self) -> bool:
        """Whether the object marks its day as complete."""
        return self.name == READY_MARKER

    @property
    def is_source(self) -> bool:
        """Whether the object holds data: CSV, in no folder and under no name that starts with _ or a dot."""
        visible = not any(part.startswith(("_", ".")) for part in self.name.split("/"))
        return visible and self.name.lower().endswith((".csv", ".csv.gz"))


@dataclass(frozen=True)
class BronzeObject:
    """One version of one bronze object, not looked into yet. `stored_at`: when S3 got it, ISO 8601, UTC."""

    source_id: str
    bucket: str
    key: str
    version_id: str
    etag: str
    size: int
    ingest_date: str
    stored_at: str = ""


def parse_key(key: str) -> BronzeKey | None:
    """The parts of a bronze key; None when it does not have the form, or names no day of the calendar."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    try:
        date.fromisoformat(found["day"])
    except ValueError:
        return None
    return BronzeKey(found["dataset"], found["day"], found["name"])


def name_source(bucket: str, key: str, version_id: str) -> str:
    """The id of one version of an object."""
    return hashlib.sha256("\x1f".join((bucket, key, version_id)).encode()).hexdigest()[:16]
