"""The job that judges rows, as a model of itself: what it makes of files, wishes and months. All around it is real."""

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from lake.rules.correction import ACCEPT, ERASE, RELEASE, RETRY, Correction, read_corrections
from lake.rules.held_state import ATTEMPTS, CONDEMNED, DUPLICATE, ERASED, OPEN, RECOVERED
from lake.rules.plan import Plan
from tests.builders import BUCKETS
from tests.held_rows import NOTHING, Content, Entry, Row

GONE = {CONDEMNED, DUPLICATE, ERASED}

if TYPE_CHECKING:
    from tests.held_runs import HeldRuns


def ingested(world: "HeldRuns", plan: Plan) -> "Written":
    """Every record of the sources, judged."""
    out = Written(world, plan)
    for source in plan.sources:
        for record in world.delivered[source.key]:
            if not (source.taken_before and out.is_there(record, source.source_id)):
                out.judge(record, source.source_id, source.ingest_date)
    return out


def asked(world: "HeldRuns", plan: Plan) -> "Written":
    """What people ask for rows that are still as they saw them."""
    out, action = Written(world, plan), plan.details["action"]
    for wish in read_corrections(world.store.read(BUCKETS.quarantine, plan.details["corrections"]).text, "here"):
        entry = out.held.get(wish.row_id)
        wanted = CONDEMNED if action in {RELEASE, ERASE} else OPEN
        stale = entry is None or entry.state != wanted or entry.attempt != wish.attempt_count
        if entry is None or stale or (action == RETRY and wish.fields is None and entry.rules == world.rules):
            out.ends["outside"] += 1
        elif action == RETRY:
            out.judge_again(entry, _content(wish) or entry.content)
        else:
            out.decide(entry, action)
    return out


def refilled(world: "HeldRuns", plan: Plan) -> "Written":
    """March from its sources, with the rows that people corrected; entries for what changes."""
    out = Written(world, plan)
    out.current = {row.content[0]: row for row in world.silver() if row.attempt}
    out.taken_over = list(out.current.values())
    for source in sorted(plan.sources, key=lambda each: (each.ingest_date, each.source_id)):
        for record in world.delivered[source.key]:
            out.refill(record, source.source_id, source.ingest_date)
    return out


class Written:
    """What one job run writes, and where each row ended."""

    def __init__(self, world: "HeldRuns", plan: Plan) -> None:
        self.world, self.plan = world, plan
        self.current = {row.content[0]: row for row in world.silver()}
        self.before = world.silver()
        self.held = world.newest()
        self.valid: list[Row] = []
        self.taken_over: list[Row] = []
        self.entries: list[Entry] = []
        self.erased: list[Entry] = []
        self.ends: Counter[str] = Counter()
        self.recovered = 0

    def is_there(self, record: Content, source: str) -> bool:
        """Whether a run that failed has left this record in silver, or people have settled it since.

        If it waits and is valid now, it waits no more.
        """
        same = [each for each in self.held.values() if each.arrived == record and each.source == source]
        in_silver = any((row.content, row.source, row.attempt) == (record, source, 0) for row in self.before)
        settled = any(each.state in GONE or each.corrected for each in same)
        taken = self.current.get(record[0])
        if in_silver or (not settled and self.world.good(record) and (taken is None or taken.content == record)):
            waiting = [each for each in same if each.state == OPEN]
            self._move([each.then(RECOVERED, attempt=0) for each in waiting])
            self.recovered += len(waiting)
        if in_silver or settled:
            self.ends["duplicate"] += 1
        return in_silver or settled

    def judge(self, record: Content, source: str, day: str) -> None:
        taken = self.current.get(record[0])
        if self.world.good(record) and taken is None:
            self._add(Row(_name(source, record, 0), record, source))
        elif self.world.good(record) and taken is not None and taken.content == record:
            self.ends["duplicate"] += 1
        else:
            self._open(record, source, day)

    def judge_again(self, entry: Entry, content: Content) -> None:
        attempt, taken = entry.attempt + 1, self.current.get(content[0])
        state = CONDEMNED if attempt >= ATTEMPTS else OPEN
        if self.world.good(content) and taken is None:
            state = RECOVERED
            self._add(Row(entry.row_id, content, entry.source, attempt))
        elif self.world.good(content) and taken is not None and taken.content == content:
            state = DUPLICATE
        if state != RECOVERED:
            self.ends[{OPEN: "quarantined", CONDEMNED: "condemned", DUPLICATE: "duplicate"}[state]] += 1
        self.entries.append(entry.then(state, attempt=attempt, content=content, rules=self.world.rules))

    def decide(self, entry: Entry, action: str) -> None:
        """A person's word, without another look at the row."""
        state, attempt = {
            ACCEPT: (CONDEMNED, entry.attempt), RELEASE: (OPEN, 0), ERASE: (ERASED, entry.attempt)
        }[action]  # fmt: skip
        self.ends[{ACCEPT: "condemned", RELEASE: "quarantined", ERASE: "erased"}[action]] += 1
        if action == ERASE:
            self.erased.append(replace(entry.then(state), previous="", content=NOTHING))
        else:
            self.entries.append(entry.then(state, attempt=attempt))

    def refill(self, record: Content, source: str, day: str) -> None:
        same = [each for each in self.held.values() if each.arrived == record]
        settled = [each for each in same if each.state in GONE or each.corrected]
        taken = self.current.get(record[0])
        if settled or (self.world.good(record) and taken is not None and taken.content == record):
            self.ends["duplicate"] += 1
        elif self.world.good(record) and taken is None:
            self._add(Row(_name(source, record, 0), record, source))
            waiting = [each for each in same if each.state == OPEN and each not in self.entries]
            self._move([each.then(RECOVERED, attempt=0) for each in waiting])
        elif not same:
            self._open(record, source, day)
        else:
            self._reopen([each for each in same if each.state == RECOVERED])

    def _reopen(self, back: list[Entry]) -> None:
        if back:
            self._move([back[0].then(OPEN)])
            self.ends["quarantined"] += 1
        else:
            self.ends["duplicate"] += 1

    def _move(self, entries: list[Entry]) -> None:
        self.entries += entries
        self.held |= {each.row_id: each for each in entries}

    def _add(self, row: Row) -> None:
        self.ends["valid"] += 1
        self.valid.append(row)
        self.current[row.content[0]] = row

    def _open(self, record: Content, source: str, day: str) -> None:
        same = sorted((each for each in self.held.values() if each.arrived == record), key=lambda each: each.row_id)
        others = [each for each in same if each.source != source]
        mine = [each for each in self.entries if each.arrived == record and each.source == source and not each.revision]
        if same and not mine:
            self.ends["duplicate"] += 1
            if others and not any(each.row_id == others[0].row_id for each in self.entries):
                self._move([others[0].then(others[0].state)])
            return
        entry = Entry(_name(source, record, len(mine)), record, record, source, day, self.world.rules)
        self.ends["quarantined"] += 1
        self._move([entry])


def _content(wish: Correction) -> Content | None:
    return (wish.fields["TransactionID"], wish.fields["TransactionAmount"]) if wish.fields else None


def _name(source: str, record: Content, occurrence: int) -> str:
    return f"{source}-{record[0]}.{record[1]}{f'-{occurrence + 1}' if occurrence else ''}"
