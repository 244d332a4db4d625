"""What happens to rows in a random life, on the stack and in the model: each act does the same to both."""

from collections.abc import Mapping

from assay import backfills, condemned, retries, runs
from assay.progress import follow
from lake.rules.approval import APPROVED as LET_IT
from lake.rules.choose_rows import correction_of
from lake.rules.correction import ACCEPT, ERASE, RELEASE, RETRY, Correction
from lake.rules.held_row import HeldRow
from lake.rules.held_state import CONDEMNED, ERASED, OPEN
from lake.rules.release import APPROVED
from tests.held_rows import Content
from tests.scenarios import interruptions, pipeline
from tests.scenarios.both_worlds import KEYS, Both, Named, Pairs
from tests.scenarios.deployment import contract_changed
from tests.scenarios.random_deliveries import AMOUNTS, deliver, take_again

PATTERN = "'^[A-Za-z0-9][A-Za-z0-9._:/-]*$'"


def retry(both: Both) -> None:
    """Some open rows, with new values, which may be wrong again."""
    rows = both.some(OPEN)
    keys = both.chance.sample(KEYS, len(rows))
    ask(both, rows, RETRY, {name: (key, both.chance.choice(AMOUNTS)) for name, key in zip(rows, keys, strict=True)})


def retry_as_they_are(both: Both) -> None:
    """Some open rows, tried again if the rules have changed."""
    ask(both, both.some(OPEN), RETRY, {})


def give_up(both: Both) -> None:
    """Some open rows are condemned."""
    ask(both, both.some(OPEN), ACCEPT, {})


def release(both: Both) -> None:
    """Some condemned rows are open again."""
    _two_people(both, RELEASE)


def erase(both: Both) -> None:
    """What some condemned rows held is gone."""
    _two_people(both, ERASE)


def change_rules(both: Both) -> None:
    """From loose rules to strict ones, or back."""
    both.model.change_rules()
    if both.model.rules == "strict":
        both.rules.enter_context(contract_changed(both.target, _strict))
    else:
        both.rules.close()


def replace_month(both: Both) -> None:
    """A backfill of all that this life has in silver; it takes files that wait, so they are taken before."""
    if both.untaken:
        take_again(both)
    declared = backfills.plan(both.target, "transactions", both.month, "at random")
    run_id = backfills.start(both.target, declared.backfill_id)
    with interruptions.saying_yes(both.target, declared.backfill_id, LET_IT):
        follow(both.target, run_id, quiet=True)
    story = runs.story(both.target, run_id)
    assert pipeline.outcome(story) == "succeeded"
    counts, carried = story["summary"]["counts"], story["summary"]["carried"]
    held = sum(row.state in {OPEN, CONDEMNED, ERASED} for row in both.rows().values())
    both.duplicates = counts["duplicate"] - carried - (held - counts["quarantined"])
    both.model.replace_march()


def retry_that_dies_between_silver_and_quarantine(both: Both) -> None:
    """The rows are in silver and still open; the next delivery finishes it."""
    rows = both.some(OPEN)
    given = {name: (f"RND-DEAD-{both.files}-{place}", "7") for place, name in enumerate(rows)}
    wishes = [_wish(both, row, given[name]) for name, (row, _) in rows.items()]
    with interruptions.quarantine_not_writable(both.target):
        told = retries.ask(both.target, "transactions", wishes, RETRY, "at random", quiet=True)
    assert told["outcome"] == "failed"
    assert {both.rows()[name].state for name in rows} == {OPEN}
    both.model.ask([entry for _, entry in rows.values()], RETRY, _by_row_id(rows, given))
    deliver(both)


def ask(both: Both, rows: Pairs, action: str, given: Mapping[Named, Content]) -> None:
    """A wish about open rows. The gate may refuse one that makes things worse; then it changes nothing."""
    wishes = [_wish(both, row, given.get(name)) for name, (row, _) in rows.items()]
    told = retries.ask(both.target, "transactions", wishes, action, "at random", quiet=True)
    if told["outcome"] == "refused":
        assert action == RETRY, "the gate refuses what makes things worse, nothing else"
        return
    assert told["outcome"] == "succeeded", told
    both.duplicates += told["counts"]["duplicate"]
    both.model.ask([entry for _, entry in rows.values()], action, _by_row_id(rows, given))


def _two_people(both: Both, action: str) -> None:
    rows = both.some(CONDEMNED)
    names = [row.row_id for row, _ in rows.values()]
    wish = condemned.ask(both.target, both.contracts, "transactions", names, "at random", action)
    answer = condemned.answer(both.other, "transactions", wish.name, APPROVED, "at random")
    assert condemned.carry_out(both.target, answer, quiet=True)["outcome"] == "succeeded"
    both.model.release([entry for _, entry in rows.values()], action)


def _by_row_id(rows: Pairs, given: Mapping[Named, Content]) -> dict[str, Content]:
    """What is given for each row, by the name that the model has for it."""
    return {rows[name][1].row_id: each for name, each in given.items()}


def _wish(both: Both, row: HeldRow, content: Content | None) -> Correction:
    fields = None
    if content is not None:
        fields = {**row.fields, "TransactionID": content[0], "TransactionAmount": content[1]}
    return correction_of(both.contracts, "transactions", row, fields)


def _strict(contract: str) -> str:
    """A contract under which a key with an S in it is a bad row, as under the strict rules of the model."""
    return contract.replace(PATTERN, PATTERN.replace("A-Z", "A-RT-Z"))
