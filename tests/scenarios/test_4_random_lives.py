"""Scenario 4, at random: files, retries, decisions and releases in any order end as the model says, row by row."""

from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from assay import condemned, held_rows, retries
from assay.held_rows import Wanted
from assay.target import Target
from lake.bundle import contracts_root
from lake.rules.choose_rows import correction_of
from lake.rules.contract import load_contracts
from lake.rules.correction import ACCEPT, RETRY, Correction
from lake.rules.held_row import HeldRow
from lake.rules.held_state import CONDEMNED, OPEN
from lake.rules.release import APPROVED
from tests.held_world import Content, Entry, HeldWorld
from tests.scenarios import pipeline
from tests.scenarios.pipeline import query
from tests.scenarios.test_4_retry import run, somebody_else

pytestmark = [pytest.mark.stack, pytest.mark.slow]

DAYS = ("2024-08-01", "2024-08-02")
KEYS = tuple(f"RND-{letter}" for letter in "ABCDEF")
AMOUNTS = ("1", "2", "x", "y")
STEPS = 14
# a row of each day that is left alone: equals are looked for where rows wait
KEPT = "RND-KEPT"
Named = tuple[str, Content, str]


class Both:
    """The stack and its model, side by side. A row is named by its day, what it said, and which of its equals it is."""

    def __init__(self, target: Target, folder: Path, seed: int) -> None:
        self.target, self.folder, self.chance = target, folder, Random(seed)
        self.model = HeldWorld(seed)
        self.model.chance.random = lambda: 1.0  # type: ignore[method-assign]
        self.contracts, self.files, self.other = load_contracts(contracts_root()), 0, somebody_else(target, "carol")

    def deliver(self) -> None:
        records = [(self.chance.choice(KEYS), self.chance.choice(AMOUNTS)) for _ in range(self.chance.randint(1, 3))]
        self._deliver(self.chance.choice(DAYS), [*records, *((f"RND-{self.files}-{n}", "1") for n in range(80))])

    def deliver_again(self) -> None:
        if self.model.delivered:
            self._deliver(self.chance.choice(DAYS), self.chance.choice(list(self.model.delivered.values())))

    def begin(self) -> None:
        for day in DAYS:
            self._deliver(day, [(KEPT, f"x{day}"), *((f"RND-{day}-{n}", "1") for n in range(80))])

    def _deliver(self, day: str, records: list[Content]) -> None:
        self.files += 1
        lines = [[name, "A", amount, "EUR", "2024-03-01T10:00:00Z"] for name, amount in records]
        story = pipeline.run_file(self.target, pipeline.write_csv(self.folder / f"rnd{self.files}.csv", lines), day)
        assert pipeline.outcome(story) == "succeeded"
        self.model.deliver(day, records)

    def retry(self) -> None:
        rows = self._some(OPEN)
        given = {name: (self.chance.choice(KEYS), self.chance.choice(AMOUNTS)) for name in rows}
        wishes = [self._wish(row, given[name]) for name, (row, _) in rows.items()]
        if wishes and self._asked(wishes, RETRY) == "succeeded":
            self.model.ask([entry for _, entry in rows.values()], RETRY, {rows[n][1].row_id: given[n] for n in rows})

    def give_up(self) -> None:
        rows = list(self._some(OPEN).values())[:1]
        if rows and self._asked([self._wish(row) for row, _ in rows], ACCEPT) == "succeeded":
            self.model.ask([entry for _, entry in rows], ACCEPT)

    def release(self) -> None:
        rows = list(self._some(CONDEMNED).values())
        if rows:
            names = [row.row_id for row, _ in rows]
            wish = condemned.ask(self.target, self.contracts, "transactions", names, "at random")
            answer = condemned.answer(self.other, "transactions", wish.name, APPROVED, "at random")
            assert condemned.release(self.target, answer, quiet=True)["outcome"] == "succeeded"
            self.model.release([entry for _, entry in rows])

    def _asked(self, wishes: list[Correction], action: str) -> str:
        return str(retries.ask(self.target, "transactions", wishes, action, "at random", quiet=True)["outcome"])

    def _wish(self, row: HeldRow, content: Content | None = None) -> Correction:
        fields = None
        if content is not None:
            fields = {**row.fields, "TransactionID": content[0], "TransactionAmount": content[1]}
        return correction_of(self.contracts, "transactions", row, fields)

    def _some(self, state: str) -> dict[Named, tuple[HeldRow, Entry]]:
        """Some rows in a state, as both know them."""
        there, modelled = self.rows(), self.modelled()
        names = sorted(name for name, row in there.items() if row.state == state and name[1][0] != KEPT)
        return {name: (there[name], modelled[name]) for name in self.chance.sample(names, min(len(names), 3))}

    def rows(self) -> dict[Named, HeldRow]:
        """The newest entry of each row of this test on the stack."""
        found: dict[Named, HeldRow] = {}
        for row in held_rows.rows(self.target, "transactions", held_rows.HISTORY, Wanted(since=DAYS[0])):
            name, _, amount, *_ = row.raw_record.split(",")
            if name.startswith("RND-"):
                found[row.ingest_date, (name, amount), "-".join(row.row_id.split("-")[2:])] = row
        return found

    def modelled(self) -> dict[Named, Entry]:
        """The same of the model."""
        found = self.model.newest().values()
        return {
            (each.day, each.arrived, each.row_id.partition(f".{each.arrived[1]}")[2].strip("-")): each for each in found
        }

    def check(self) -> None:
        """Both know the same rows in the same states, and the same rows in silver."""
        there = {name: (row.state, row.attempt_count, row.revision) for name, row in self.rows().items()}
        assert there == {name: (e.state, e.attempt, e.revision) for name, e in self.modelled().items()}
        sql = "SELECT transaction_id, amount, attempt_count FROM transactions WHERE transaction_id LIKE 'RND-%'"
        silver = {(str(key), Decimal(str(amount)), int(str(tries))) for key, amount, tries in query(self.target, sql)}
        assert silver == {(row.content[0], Decimal(row.content[1]), row.attempt) for row in self.model.silver()}
        assert run("check") == []


def test_random_lives_end_as_the_model_says(target: Target, tmp_path: Path) -> None:
    both = Both(target, tmp_path, seed=4)
    acts = (
        both.deliver,
        both.deliver,
        both.deliver_again,
        both.retry,
        both.retry,
        both.retry,
        both.give_up,
        both.release,
    )
    both.begin()
    for _ in range(STEPS):
        both.chance.choice(acts)()
        both.check()
