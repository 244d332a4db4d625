"""The name of a run: `<YYYYMMDDTHHMMSSZ>-<kind>-<short>`, also its Step Functions execution name."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from lake.errors import InvalidRunIdError

_FORM = re.compile(r"(?P<at>\d{8}T\d{6}Z)-(?P<kind>[a-z]+)-(?P<short>[0-9A-Za-z][0-9A-Za-z-]*)")
_STAMP = "%Y%m%dT%H%M%SZ"
LONGEST = 80


class RunKind(StrEnum):
    """Why a run exists."""

    DAILY = "daily"
    EVENT = "event"
    BACKFILL = "backfill"
    RETRY = "retry"
    COMPACT = "compact"
    RELEASE = "release"
    ERASE = "erase"
    ROLLBACK = "rollback"
    MIGRATE = "migrate"
    PROMOTE = "promote"


# runs about rows of quarantine by name; their sources are where those rows came from
HELD_KINDS = frozenset({RunKind.RETRY, RunKind.RELEASE, RunKind.ERASE})


@dataclass(frozen=True)
class RunId:
    """A valid run id. `str(run_id)` is the text that goes everywhere."""

    text: str

    def __post_init__(self) -> None:
        found = _FORM.fullmatch(self.text)
        if found is None or len(self.text) > LONGEST:
            raise InvalidRunIdError(
                f"'{self.text}' is not a run id: expected <YYYYMMDDTHHMMSSZ>-<kind>-<short> of [0-9A-Za-z-], "
                f"at most {LONGEST} characters"
            )
        if found["kind"] not in set(RunKind):
            raise InvalidRunIdError(f"'{self.text}' names the kind '{found['kind']}', expected one of {[*RunKind]}")
        _moment(found["at"], self.text)

    def __str__(self) -> str:
        return self.text

    @property
    def kind(self) -> RunKind:
        """The kind inside the name."""
        return RunKind(self.text.split("-")[1])

    @property
    def at(self) -> datetime:
        """The moment inside the name, UTC."""
        return _moment(self.text.split("-")[0], self.text)


def name_run(kind: RunKind, at: datetime, *cause: str) -> RunId:
    """The run id that `cause` leads to; the same cause always gives the same name."""
    short = hashlib.sha256("\x1f".join(cause).encode()).hexdigest()[:12]
    return RunId(f"{at.astimezone(UTC).strftime(_STAMP)}-{kind}-{short}")


def _moment(stamp: str, text: str) -> datetime:
    try:
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError as error:
        raise InvalidRunIdError(f"'{text}' starts with '{stamp}', which is no moment in time") from error
