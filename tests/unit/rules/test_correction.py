"""What people ask for rows: written and read, each row once; which files may hold a row; who may answer a release."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.errors import InvalidRequestError
from lake.rules.alert import alert_mail
from lake.rules.correction import Correction, corrections_text, read_corrections
from lake.rules.entry_files import files_with
from lake.rules.json_record import RecordError
from lake.rules.release import APPROVED, DENIED, answered, new_release, request_made
from lake.rules.summary import FileEntry

ANN, BOB = "arn:aws:iam::1:user/ann", "arn:aws:iam::1:user/bob"
ids = st.text("0123456789abcdef", min_size=4, max_size=4)


def correction(row_id: str, fields: dict[str, str] | None = None) -> Correction:
    return Correction(row_id, "s", "2024-03-31", "v1", 0, fields)


@given(st.lists(ids, unique=True, max_size=20), st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=3))
def test_corrections_come_back_as_they_were_and_in_one_order(names: list[str], fields: dict[str, str]) -> None:
    rows = [correction(each, fields) for each in names]
    text = corrections_text(rows)
    assert text == corrections_text(reversed(rows))
    assert sorted(read_corrections(text, "here"), key=lambda each: each.row_id) == sorted(
        rows, key=lambda each: each.row_id
    )


def test_a_row_is_named_once_and_a_line_is_a_correction() -> None:
    with pytest.raises(InvalidRequestError, match="here names row a twice"):
        read_corrections(corrections_text([correction("a"), correction("a")]), "here")
    with pytest.raises(RecordError):
        read_corrections("{}\n", "here")


@given(st.lists(st.lists(ids, min_size=1, max_size=5), max_size=5), st.sets(ids, max_size=5))
def test_no_file_that_holds_a_named_row_is_left_out(files: list[list[str]], named: set[str]) -> None:
    entries = [FileEntry(f"f{n}", len(each), 1, "r", min(each), max(each)) for n, each in enumerate(files)]
    chosen = files_with(entries, named)
    for n, each in enumerate(files):
        if named & set(each):
            assert f"f{n}" in chosen
    assert all(f"f{n}" not in chosen for n, each in enumerate(files) if named and min(each) > max(named))


def test_a_file_without_a_range_is_read_when_anything_is_named() -> None:
    assert files_with([FileEntry("f", 1, 1, "r")], {"a"}) == ["f"]
    assert files_with([FileEntry("f", 1, 1, "r")], set()) == []


def test_nobody_answers_their_own_wish_and_the_first_answer_stands() -> None:
    wish = new_release("transactions", "key", 3, "the producer knows", ANN, "2024-04-01T00:00:00Z")
    with pytest.raises(InvalidRequestError, match="somebody else has to answer it"):
        answered(wish, APPROVED, ANN, "sure", "2024-04-02T00:00:00Z")
    with pytest.raises(InvalidRequestError, match="an answer needs a reason"):
        answered(wish, APPROVED, BOB, " ", "2024-04-02T00:00:00Z")
    yes = answered(wish, APPROVED, BOB, "seen it", "2024-04-02T00:00:00Z")
    assert (yes.state, yes.by, yes.answer) == (APPROVED, BOB, "seen it")
    assert answered(yes, APPROVED, BOB, "again", "2024-04-03T00:00:00Z") == yes
    with pytest.raises(InvalidRequestError, match=f"was approved by {BOB}"):
        answered(yes, DENIED, BOB, "no", "2024-04-03T00:00:00Z")


def test_the_same_wish_at_another_time_needs_another_answer() -> None:
    one, other = (new_release("d", "key", 1, "r", ANN, f"2024-04-0{day}T00:00:00Z") for day in (1, 2))
    assert one.name != other.name
    with pytest.raises(InvalidRequestError, match="to release rows needs a reason"):
        new_release("d", "key", 1, "", ANN, "2024-04-01T00:00:00Z")


def test_the_mail_has_the_commands_and_no_row() -> None:
    mail = alert_mail(request_made("prod", new_release("transactions", "key", 3, "r", ANN, "2024-04-01T00:00:00Z")))
    assert "assay condemned approve" in mail.body and "--env prod" in mail.body and f"{ANN}, who cannot" in mail.body
