"""Rows as the model of their lives has them: what silver and quarantine hold, without Spark."""

from dataclasses import dataclass, replace

from lake.rules.held_state import OPEN, RECOVERED

Content = tuple[str, str]
# of an erased row
NOTHING = ("", "")


@dataclass(frozen=True)
class Row:
    """A row of silver: its name, what it says, where it came from, how many tries it took."""

    row_id: str
    content: Content
    source: str
    attempt: int = 0


@dataclass(frozen=True)
class Entry:
    """An entry of quarantine. `arrived` is what came, `content` what was judged last."""

    row_id: str
    arrived: Content
    content: Content
    source: str
    day: str
    rules: str
    state: str = OPEN
    previous: str = ""
    revision: int = 0
    attempt: int = 0

    @property
    def corrected(self) -> bool:
        """Whether silver has the row as a person corrected it."""
        return self.state == RECOVERED and self.attempt > 0

    def then(self, state: str, **changes: object) -> "Entry":
        """The entry after it."""
        return replace(self, state=state, previous=self.state, revision=self.revision + 1, **changes)  # type: ignore[arg-type]
