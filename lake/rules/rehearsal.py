"""What a smoke test makes happen is told like anything else, but to nobody: the deployment itself tells people."""

from collections.abc import Mapping
from typing import Any

from lake.rules.canary import DATASET
from lake.rules.event import Event


def is_rehearsed(event: Event) -> bool:
    """Whether only a smoke test made it happen: to its canary, or in its name."""
    return bool(event.rehearsal) or event.dataset == DATASET


def looks_rehearsed(found: Mapping[str, Any]) -> bool:
    """The same of an event that cannot be put in words; in doubt it is for people."""
    detail = found.get("detail")
    return isinstance(detail, Mapping) and (bool(detail.get("rehearsal")) or detail.get("dataset") == DATASET)
