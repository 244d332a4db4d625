"""Objects of S3 as the project sees them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class StoredObject:
    """An object as read: bytes, ETag and user metadata."""

    body: bytes
    etag: str
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode()


@dataclass(frozen=True)
class ObjectInfo:
    """An object's head, or one entry of a listing (then version_id, metadata and stored_at are empty).

    `stored_at`: when S3 got this version, ISO 8601, UTC.
    """

    key: str
    etag: str
    size: int
    version_id: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    stored_at: str = ""
