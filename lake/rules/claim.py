"""The claim on a source: at most one run has it, and what becomes of it is written down."""

from dataclasses import dataclass, replace

from lake.rules.bronze import BronzeObject

CLAIMED = "claimed"
RELEASED = "released"
DONE = "done"
REFUSED = "refused"


@dataclass(frozen=True)
class Claim:
    """`sources/<dataset>/ingest_date=…/<source_id>.json`. Never deleted; its state moves by conditional writes.

    `before`: the runs that had the source and did not come to a good end, oldest first.
    """

    state: str
    run_id: str
    execution_arn: str
    source: BronzeObject
    contract_sha256: str
    since: str
    reason: str | None = None
    before: tuple[str, ...] = ()

    def after(self, found: "Claim") -> "Claim":
        """This claim in the place of another one, whose run it remembers."""
        earlier = dict.fromkeys((*found.before, found.run_id))
        return replace(self, before=tuple(each for each in earlier if each != self.run_id))


def obstacle(found: Claim, wanted: Claim, *, holder_is_running: bool, asked_again: bool) -> str | None:
    """Why `wanted` may not take the place of `found`; None when it may."""
    if found.state == DONE:
        return f"run {found.run_id} has ingested it"
    if found.state == CLAIMED and holder_is_running:
        return f"run {found.run_id} is working on it"
    if found.state == REFUSED and found.contract_sha256 == wanted.contract_sha256 and not asked_again:
        return f"run {found.run_id} refused it under the same contract: {found.reason}"
    return None
