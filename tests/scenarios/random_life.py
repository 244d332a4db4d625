"""The stack and the model of tests/held_world.py side by side: what one does, the other does, and both are compared.

The model lives in March 2024, the stack in March 2025: no other scenario meets these rows, few months of gold follow.
"""

import os
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from assay import backfills, condemned, held_rows, retries, runs
from assay.deliveries import run_again
from assay.held_rows import Wanted
from assay.progress import follow
from assay.target import Target
from lake.bundle import contracts_root
from lake.rules.approval import APPROVED as LET_IT
from lake.rules.choose_rows import correction_of
from lake.rules.contract import load_contracts
from lake.rules.correction import ACCEPT, ERASE, RELEASE, RETRY, Correction
from lake.rules.held_row import HeldRow
from lake.rules.held_state import CONDEMNED, ERASED, OPEN, RECOVERED
from lake.rules.release import APPROVED
from tests.held_rows import Content, Entry
from tests.held_world import HeldWorld
from tests.scenarios import interruptions, pipeline
from tests.scenarios.pipeline import query
from tests.scenarios.steward import run, somebody_else
from tests.unit.steps.test_life_of_rows import check as check_model

KEYS = ("RND-A", "RND-B", "RND-C", "RND-S1", "RND-S2", "RND-D")
AMOUNTS = ("1", "2", "x", "y")
GOOD_ROWS = 100
MONTH = "2025-03"
MOST_ROWS = 3
# by day of delivery, what the record said, and which of its equals it is
Named = tuple[str, Content, str]


class Both:
    """Every delivery has a day of its own, and a row that is left alone: equals are looked for where rows wait."""

    def __init__(self, target: Target, folder: Path, seed: int) -> None:
        self.target, self.folder, self.chance, self.model = target, folder, Random(seed), HeldWorld(seed)
        # the model dies of nothing; what becomes of deaths on the stack is to be the same
        self.model.chance.random = lambda: 1.0  # type: ignore[method-assign]
        self.contracts, self.other = load_contracts(contracts_root()), somebody_else(target, "carol")
        self.files, self.duplicates = 0, 0
        self.names: dict[str, Named] = {}

    # what happens

    def deliver(self) -> None:
        keys = self.chance.sample(KEYS, self.chance.randint(1, MOST_ROWS))
        self._deliver([(key, self.chance.choice(AMOUNTS)) for key in keys])

    def deliver_again(self) -> None:
        if self.model.delivered:
            old = self.chance.choice(list(self.model.delivered.values()))
            self._deliver([each for each in old if each[0] in KEYS])

    def deliver_with_a_killed_job(self) -> None:
        """Every attempt of the job is killed; the same file is run again."""
        with interruptions.every_spark_process_killed():
            story = self._ingest([("RND-A", "2"), ("RND-B", "y")])
        assert pipeline.outcome(story).startswith("failed")
        ended = run_again(self.target, story["run"], quiet=True)
        self._count(runs.story(self.target, ended["run"]))

    def retry(self) -> None:
        rows = self._some(OPEN)
        keys = self.chance.sample(KEYS, len(rows))
        given = {name: (key, self.chance.choice(AMOUNTS)) for name, key in zip(rows, keys, strict=True)}
        if rows:
            self._ask(rows, RETRY, given)

    def retry_as_they_are(self) -> None:
        if rows := self._some(OPEN):
            self._ask(rows, RETRY, {})

    def give_up(self) -> None:
        if rows := self._some(OPEN):
            self._ask(rows, ACCEPT, {})

    def release(self) -> None:
        self._two_people(RELEASE)

    def erase(self) -> None:
        self._two_people(ERASE)

    def retry_that_dies_between_silver_and_quarantine(self) -> None:
        """The next delivery finishes it."""
        self._deliver([("RND-D", f"z{self.files}")])
        rows = self._some(OPEN)
        given = {name: (f"RND-DEAD-{self.files}-{place}", "7") for place, name in enumerate(rows)}
        wishes = [self._wish(row, given[name]) for name, (row, _) in rows.items()]
        with interruptions.quarantine_not_writable(self.target):
            told = retries.ask(self.target, "transactions", wishes, RETRY, "at random", quiet=True)
        assert told["outcome"] == "failed"
        assert {self.rows()[name].state for name in rows} == {OPEN}
        contents = {rows[name][1].row_id: each for name, each in given.items()}
        self.model.ask([entry for _, entry in rows.values()], RETRY, contents)
        self.deliver()

    def replace_month(self) -> None:
        if self.model.silver():
            declared = backfills.plan(self.target, "transactions", MONTH, "at random")
            run_id = backfills.start(self.target, declared.backfill_id)
            with interruptions.saying_yes(self.target, declared.backfill_id, LET_IT):
                follow(self.target, run_id, quiet=True)
            story = runs.story(self.target, run_id)
            assert pipeline.outcome(story) == "succeeded"
            counts, carried = story["summary"]["counts"], story["summary"]["carried"]
            held = sum(row.state in {OPEN, CONDEMNED, ERASED} for row in self.rows().values())
            self.duplicates = counts["duplicate"] - carried - (held - counts["quarantined"])
            self.model.replace_march()

    # how it happens

    def _deliver(self, records: list[Content]) -> None:
        story = self._ingest(records)
        assert pipeline.outcome(story) == "succeeded"
        self._count(story)

    def _ingest(self, records: list[Content]) -> dict[str, Any]:
        self.files += 1
        day = f"2024-03-{self.files:02d}"
        good = [(f"RND-F{self.files}-{number}", "1") for number in range(GOOD_ROWS)]
        records = [*records, (f"RND-KEPT-{self.files}", f"x{self.files}"), *good]
        lines = [[name, "A", amount, "EUR", f"{MONTH}-01T10:00:00Z"] for name, amount in records]
        file = pipeline.write_csv(self.folder / f"rnd{self.files}.csv", lines)
        self.model.deliver(day, records)
        return pipeline.run_file(self.target, file, _real(day))

    def _count(self, story: dict[str, Any]) -> None:
        self.duplicates += int(story["summary"]["counts"]["duplicate"])

    def _ask(self, rows: dict[Named, tuple[HeldRow, Entry]], action: str, given: dict[Named, Content]) -> None:
        wishes = [self._wish(row, given.get(name)) for name, (row, _) in rows.items()]
        told = retries.ask(self.target, "transactions", wishes, action, "at random", quiet=True)
        if told["outcome"] == "refused":
            assert action == RETRY, "the gate refuses what makes things worse, nothing else"
            return
        assert told["outcome"] == "succeeded", told
        self.duplicates += told["counts"]["duplicate"]
        contents = {rows[name][1].row_id: each for name, each in given.items()}
        self.model.ask([entry for _, entry in rows.values()], action, contents)

    def _wish(self, row: HeldRow, content: Content | None = None) -> Correction:
        fields = None
        if content is not None:
            fields = {**row.fields, "TransactionID": content[0], "TransactionAmount": content[1]}
        return correction_of(self.contracts, "transactions", row, fields)

    def _two_people(self, action: str) -> None:
        rows = self._some(CONDEMNED)
        if rows:
            names = [row.row_id for row, _ in rows.values()]
            wish = condemned.ask(self.target, self.contracts, "transactions", names, "at random", action)
            answer = condemned.answer(self.other, "transactions", wish.name, APPROVED, "at random")
            assert condemned.carry_out(self.target, answer, quiet=True)["outcome"] == "succeeded"
            self.model.release([entry for _, entry in rows.values()], action)

    def _some(self, state: str) -> dict[Named, tuple[HeldRow, Entry]]:
        """Some rows in a state, as both know them."""
        there, modelled = self.rows(), self.modelled()
        names = sorted(name for name, row in there.items() if row.state == state and name[1][0] in KEYS)
        chosen = self.chance.sample(names, min(len(names), self.chance.randint(1, MOST_ROWS)))
        return {name: (there[name], modelled[name]) for name in chosen}

    # what both know

    def rows(self) -> dict[Named, HeldRow]:
        """The newest entry of each row of this life on the stack; an erased one is known by its name."""
        newest: dict[str, HeldRow] = {}
        for row in held_rows.rows(self.target, "transactions", held_rows.HISTORY, Wanted(since=f"{MONTH}-01")):
            if row.ingest_date.startswith(MONTH) and row.revision >= newest.get(row.row_id, row).revision:
                newest[row.row_id] = row
        for row_id, row in newest.items():
            if row.raw_record:
                name, _, amount, *_ = row.raw_record.split(",")
                self.names[row_id] = _model(row.ingest_date), (name, amount), "-".join(row_id.split("-")[2:])
        return {self.names[row_id]: row for row_id, row in newest.items()}

    def modelled(self) -> dict[Named, Entry]:
        """The same of the model."""
        found = self.model.newest().values()
        return {
            (each.day, each.arrived, each.row_id.partition(f".{each.arrived[1]}")[2].strip("-")): each for each in found
        }

    def check(self) -> None:
        """Both know the same rows in the same states, the same rows in silver, and every row that ever arrived."""
        check_model(self.model)
        there = self.rows()
        modelled = {name: (each.state, each.attempt, each.revision) for name, each in self.modelled().items()}
        assert {name: (row.state, row.attempt_count, row.revision) for name, row in there.items()} == modelled
        where = f"year = {MONTH[:4]} AND month = {int(MONTH[5:])} AND transaction_id LIKE 'RND-%'"
        found = query(self.target, f"SELECT transaction_id, amount, attempt_count FROM transactions WHERE {where}")
        silver = sorted((str(key), Decimal(str(amount)), int(str(tries))) for key, amount, tries in found)
        assert silver == sorted((row.content[0], Decimal(row.content[1]), row.attempt) for row in self.model.silver())
        states = [row.state for row in there.values()]
        held = {state: states.count(state) for state in (OPEN, CONDEMNED, ERASED)}
        ends = {"silver": len(silver), **held, "duplicates": self.duplicates}
        arrived = sum(len(records) for records in self.model.delivered.values())
        assert sum(ends.values()) == arrived, f"{arrived} rows arrived, found {ends}"
        assert run("check") == []
        if os.environ.get("ASSAY_TELL_LIFE"):
            print(f"  {arrived} arrived = {ends}, recovered {states.count(RECOVERED)}", flush=True)


def _real(day: str) -> str:
    return day.replace("2024", "2025")


def _model(day: str) -> str:
    return day.replace("2025", "2024")
