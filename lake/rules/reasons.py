"""Reasons on their way through Step Functions, whose state holds 256 KiB."""

from collections.abc import Sequence

MOST = 50
LONGEST = 1000


def shortened(reasons: Sequence[str]) -> tuple[str, ...]:
    """The first reasons, and how many more there are; a very long one is cut."""
    shown = tuple(each if len(each) <= LONGEST else f"{each[:LONGEST]} … (cut)" for each in reasons[:MOST])
    return shown if len(reasons) <= MOST else (*shown, f"and {len(reasons) - MOST} more")
