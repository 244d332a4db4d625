"""The life of rows in memory: every step a run takes is real, only the job that judges rows is a model of itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from lake.errors import PointerMovedError
from lake.rules import layout
from lake.rules.bronze import name_source
from lake.rules.correction import ERASE, RELEASE, Correction, corrections_text
from lake.rules.held_state import RECOVERED
from lake.rules.release import APPROVED, new_release
from lake.rules.run import RunId
from lake.rules.trigger import REQUEST, RunRequest, Trigger
from lake.steps.releases import answer_release, request_release
from tests.backfills import ANN, BOB
from tests.builders import BUCKETS, HEADER, request
from tests.fakes import execution_arn
from tests.held_job import asked, ingested, refilled
from tests.held_rows import Content, Entry
from tests.held_runs import HeldRuns


class HeldWorld(HeldRuns):
    """What people and producers do to rows."""

    def row(self, key: str) -> Entry:
        """The newest entry of the one row that arrived with this key."""
        (found,) = (each for each in self.newest().values() if each.arrived[0] == key)
        return found

    def deliver(self, day: str, records: Sequence[Content]) -> None:
        """A file, and the run that takes it."""
        self.number += 1
        key = f"transactions/ingest_date={day}/f{self.number}.csv"
        lines = [f"{name},A,{amount},EUR,2024-03-01T10:00:00Z" for name, amount in records]
        self.store.put_bytes(BUCKETS.bronze, key, "\n".join([HEADER, *lines, ""]).encode())
        self.delivered[key] = list(records)
        self.untaken.append(key)
        self._take(key)

    def take_again(self) -> None:
        """Files whose run died are taken by new runs, which do not die for good."""
        while self.untaken:
            self.number += 1
            self._take(self.untaken[0], for_good=False)

    def _take(self, key: str, for_good: bool = True) -> None:
        run = request(self.number, key)
        if self._whole_run(run, ingested, for_good):
            self.untaken.remove(key)
            self.duplicates -= self._already_taken(key)

    def _already_taken(self, key: str) -> int:
        """Rows of a file that a dead run had promoted: they are duplicates of themselves when it is taken again."""
        source = name_source(BUCKETS.bronze, key, self.store.head(BUCKETS.bronze, key).version_id)
        newest, (silver, held) = self.newest(), self.at_start
        same = [each for each in held if each.source == source and newest[each.row_id].state == each.state]
        in_silver = sum(row.source == source and not row.attempt for row in silver)
        return in_silver + sum(each.state != RECOVERED or each.corrected for each in same)

    def change_rules(self) -> None:
        """Files whose runs died are taken under other rules, then."""
        self.rules = "strict" if self.rules == "loose" else "loose"

    def ask(self, rows: Iterable[Entry], action: str, contents: Mapping[str, Content] | None = None) -> None:
        """A retry, or rows that are given up."""
        self._whole_run(self.request_for("retry", rows, action, contents or {}), asked)

    def release(self, rows: Sequence[Entry], action: str = RELEASE) -> None:
        """Ann asks, Bob approves."""
        wanted = self.request_for(action, rows, action, {})
        key, at = wanted.details["corrections"], f"{self.lake.clock.now()} {self.number}"
        release = new_release("transactions", key, len(rows), "why", ANN, at, action=action)
        request_release(self.lake, self.mail, release)
        answer_release(self.lake, "transactions", release.name, APPROVED, BOB, "seen it")
        details = {**wanted.details, "approved_by": BOB, "request": release.name}
        self._whole_run(replace(wanted, details=details), asked)

    def erase(self, rows: Sequence[Entry]) -> None:
        self.release(rows, ERASE)

    def replace_march(self) -> None:
        """A backfill, from its declaration to its end."""
        self.take_again()
        run = self._declared()
        try:
            outcome = self._planned(run)
        except PointerMovedError:
            # a dead run was finished first, which moved the month: people plan it again
            self.fail(run, "PointerMovedError", "PlanRun")
            run = self._declared()
            outcome = self._planned(run)
        if outcome != "planned":
            self.finish(run, "nothing_to_do")
            return
        self.begin(run)
        self._leave(run, refilled)
        self.compare(run)
        self.may_die(lambda: self.promote(run))
        self.finish(run)
        self._count(RunId(run.run_id))

    def _declared(self) -> RunRequest:
        self.number += 1
        return self.start(self.declare(at=f"2024-06-20T11:{self.number // 60:02d}:{self.number % 60:02d}Z"))

    def leave_asked(self, run: RunRequest) -> None:
        """What the job leaves of a retry or a release."""
        self._leave(run, asked)

    def leave_ingested(self, run: RunRequest) -> None:
        """What it leaves of a file."""
        self._leave(run, ingested)

    def request_for(self, kind: str, rows: Iterable[Entry], action: str, contents: Mapping[str, Content]) -> RunRequest:
        """What the dispatcher makes of a wish."""
        self.number += 1
        wishes = []
        for each in rows:
            given = contents.get(each.row_id)
            fields = {"TransactionID": given[0], "TransactionAmount": given[1]} if given else None
            wishes.append(Correction(each.row_id, each.source, each.day, "v1", each.attempt, fields))
        key = layout.corrections("transactions", f"c{self.number}")
        self.store.write(BUCKETS.quarantine, key, corrections_text(wishes))
        name = f"20240620T10{self.number // 60:02d}{self.number % 60:02d}Z-{kind}-{self.number:06d}"
        details = {"corrections": key, "action": action, "reason": "why", "requested_by": ANN}
        return RunRequest(name, "transactions", kind, Trigger(REQUEST), execution_arn(name), details)
