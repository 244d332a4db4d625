"""A wish about condemned rows is found by its name, or by the rows it asks for."""

from dataclasses import dataclass

import pytest

from lake.errors import InvalidRequestError
from lake.rules import layout
from lake.rules.correction import ERASE, RELEASE, Correction, corrections_text
from lake.rules.release import DENIED, Release, new_release
from lake.steps.releases import answer_release, request_about, request_release
from tests.backfills import ANN, BOB
from tests.builders import BUCKETS, lake_on
from tests.fakes import Mailbox, MemoryStore


@dataclass
class Wishes:
    """Ann asks for rows."""

    store: MemoryStore

    def ask(self, *row_ids: str, action: str = RELEASE, at: str = "2024-04-01T00:00:00Z") -> Release:
        rows = [Correction(each, "s", "2024-03-31", "v1", 3) for each in row_ids]
        key = layout.corrections("transactions", "-".join(row_ids))
        self.store.write(BUCKETS.quarantine, key, corrections_text(rows))
        wanted = new_release("transactions", key, len(rows), "the producer knows", ANN, at, action=action)
        request_release(lake_on(self.store), Mailbox(), wanted)
        return wanted

    def about(self, *row_ids: str) -> Release:
        return request_about(lake_on(self.store), "transactions", row_ids)


@pytest.fixture
def wishes() -> Wishes:
    return Wishes(MemoryStore())


def test_the_request_that_asks_for_exactly_these_rows_is_found(wishes: Wishes) -> None:
    wishes.ask("a")
    wanted = wishes.ask("a", "b")
    assert wishes.about("b", "a", "b") == wanted


def test_rows_that_nobody_asked_for_are_not_answered(wishes: Wishes) -> None:
    with pytest.raises(InvalidRequestError, match=r"no unanswered request .* exactly these 1 row\(s\); none waits"):
        wishes.about("a")
    wanted = wishes.ask("a", "b")
    with pytest.raises(InvalidRequestError, match=rf"waiting: {wanted.name} \(2 row\(s\) to be released\)"):
        wishes.about("a")


def test_an_answered_request_is_not_found_by_its_rows(wishes: Wishes) -> None:
    old = wishes.ask("a")
    answer_release(lake_on(wishes.store), "transactions", old.name, DENIED, BOB, "no")
    with pytest.raises(InvalidRequestError, match="none waits"):
        wishes.about("a")
    new = wishes.ask("a", at="2024-04-02T00:00:00Z")
    assert wishes.about("a") == new


def test_of_two_requests_one_has_to_be_named(wishes: Wishes) -> None:
    found = [wishes.ask("a"), wishes.ask("a", action=ERASE)]
    with pytest.raises(InvalidRequestError) as error:
        wishes.about("a")
    assert all(each.name in str(error.value) for each in found)
    assert "to be released" in str(error.value) and "to be erased" in str(error.value)
