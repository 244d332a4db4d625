"""Claims: who may take a source from whom."""

from dataclasses import replace

import pytest

from lake.rules.bronze import BronzeObject
from lake.rules.claim import CLAIMED, DONE, REFUSED, RELEASED, Claim, obstacle

SOURCE = BronzeObject("s", "b", "k", "v", '"e"', 1, "2024-03-31")
WANTED = Claim(CLAIMED, "run-2", "arn-2", SOURCE, "contract-1", "now")
FOUND = replace(WANTED, run_id="run-1", execution_arn="arn-1")


@pytest.mark.parametrize(
    ("state", "running", "again", "contract", "words"),
    [
        (CLAIMED, True, False, "contract-1", "run run-1 is working on it"),
        (CLAIMED, True, True, "contract-1", "run run-1 is working on it"),
        (CLAIMED, False, False, "contract-1", None),
        (RELEASED, False, False, "contract-1", None),
        (DONE, False, False, "contract-1", "run run-1 has ingested it"),
        (DONE, False, True, "contract-2", "run run-1 has ingested it"),
        (REFUSED, False, False, "contract-1", "refused it under the same contract: too bad"),
        (REFUSED, False, True, "contract-1", None),
        (REFUSED, False, False, "contract-2", None),
    ],
)
def test_obstacles(state: str, running: bool, again: bool, contract: str, words: str | None) -> None:
    found = replace(FOUND, state=state, contract_sha256=contract, reason="too bad")
    answer = obstacle(found, WANTED, holder_is_running=running, asked_again=again)
    assert (answer is None) if words is None else words in str(answer)
