"""One change between two schema versions, and what it means to those who read and those who deliver."""

from dataclasses import dataclass

IDENTICAL = "identical"
ADDITIVE = "additive"
BREAKING = "breaking"
_ORDER = (IDENTICAL, ADDITIVE, BREAKING)


@dataclass(frozen=True)
class Change:
    """`what` changed, and for a breaking one `why` nobody may do that to a dataset that others read."""

    verdict: str
    what: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.why}" if self.why else self.what


def worst(changes: tuple[Change, ...]) -> str:
    """The verdict of all changes together."""
    return max((each.verdict for each in changes), key=_ORDER.index, default=IDENTICAL)
