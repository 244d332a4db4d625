"""The lease of a dataset: one run of it works at a time."""

from dataclasses import dataclass

HELD = "held"
FREE = "free"


@dataclass(frozen=True)
class Lease:
    """`leases/<dataset>.json`. Never deleted; freed by a conditional write.

    A holder that is no execution says until when it holds the lease; nobody could ask whether it still works.
    `unfinished`: a run that may have died between silver and quarantine; whoever has the lease sees to it first.
    """

    state: str
    run_id: str
    execution_arn: str
    since: str
    until: str | None = None
    unfinished: str = ""

    @property
    def left_behind(self) -> str:
        """The run to be seen to by the next holder: the one that is marked, or this holder, if it is dead."""
        return self.unfinished or (self.run_id if self.state == HELD and self.until is None else "")

    def is_held_by(self, run_id: str) -> bool:
        """Whether that run has it now."""
        return self.state == HELD and self.run_id == run_id

    def has_time(self, now: str) -> bool:
        """Whether a holder that is no execution still holds it. Both moments are ISO 8601, UTC."""
        return self.state == HELD and self.until is not None and now < self.until
