"""Where the local AWS lives (folders, port) and who its root user is."""

import os
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
DEFAULT_PORT = 4566
REGION = "eu-west-1"
ACCOUNT = "000000000000"
ROOT_KEY = "test"
ROOT_SECRET = "test"

REPOSITORY = Path(__file__).resolve().parents[2]


def default_directory() -> Path:
    """The folder of the local AWS: ASSAY_LOCAL_DIR, else `.local` in the repository."""
    return Path(os.environ.get("ASSAY_LOCAL_DIR") or REPOSITORY / ".local").resolve()


def cache_directory() -> Path:
    """Downloads and JVM archives, independent of any state: ASSAY_CACHE_DIR, else `.cache` in the repository."""
    return Path(os.environ.get("ASSAY_CACHE_DIR") or REPOSITORY / ".cache").resolve()


def default_port() -> int:
    """The port of the local AWS: ASSAY_LOCAL_PORT, else 4566."""
    return int(os.environ.get("ASSAY_LOCAL_PORT") or DEFAULT_PORT)


@dataclass(frozen=True)
class Settings:
    """One local AWS: a folder and a port."""

    directory: Path
    port: int = DEFAULT_PORT

    @classmethod
    def from_env(cls) -> "Settings":
        """Settings from ASSAY_LOCAL_DIR and ASSAY_LOCAL_PORT."""
        return cls(default_directory(), default_port())

    @property
    def endpoint(self) -> str:
        """The address of every AWS service."""
        return f"http://{HOST}:{self.port}"

    @property
    def state(self) -> Path:
        """Everything that survives a restart and goes into a snapshot."""
        return self.directory / "state"

    @property
    def services(self) -> Path:
        """MiniStack's own state files."""
        return self.state / "services"

    @property
    def objects(self) -> Path:
        """S3 objects, one file each."""
        return self.state / "s3"

    @property
    def records(self) -> Path:
        """The adapters' own records: job runs, query history, mail."""
        return self.state / "adapters"

    @property
    def work(self) -> Path:
        """Working folders of running jobs and other temporary files."""
        return self.directory / "work"

    @property
    def query_cache(self) -> Path:
        """Copies of S3 objects that queries have read, named by ETag."""
        return self.directory / "query-cache"

    @property
    def snapshots(self) -> Path:
        """Saved states, one folder per key."""
        return self.directory / "snapshots"

    @property
    def mark(self) -> Path:
        """Names the stack that the state holds; a part of the state."""
        return self.state / "stack"

    @property
    def lock_file(self) -> Path:
        """Held locked by the server as long as it lives; names its process and port."""
        return self.directory / "server.json"

    @property
    def log_file(self) -> Path:
        """Output of a server started in the background."""
        return self.directory / "server.log"


def client_environment(port: int) -> dict[str, str]:
    """Environment variables that point any AWS SDK at the local AWS as its root user."""
    return {
        "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_SECRET,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
