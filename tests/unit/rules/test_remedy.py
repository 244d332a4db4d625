"""What to do about an error is one line with a command in it."""

import pytest

from lake.rules.remedy import REMEDIES, remedy


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (("States.TaskFailed", "java.lang.OutOfMemoryError: Java heap space"), "more workers"),
        (("Lambda.Unknown", "AccessDeniedException: no"), "assay deploy --env prod"),
        (("States.Timeout", ""), "raise the timeout"),
        (("States.TaskFailed", "boom", "InputMismatchError: 9, not 10"), "replaced after it was planned"),
        (("States.TaskFailed", "something new"), "correct the cause, then: assay runs again run-1 --env prod"),
    ],
)
def test_the_first_known_word_decides(told: tuple[str, ...], words: str) -> None:
    assert words in remedy("run-1", "prod", *told)


@pytest.mark.parametrize("word", sorted(REMEDIES))
def test_every_remedy_is_one_line_with_a_command(word: str) -> None:
    found = remedy("run-1", "prod", word)
    assert "\n" not in found and "assay " in found and "{" not in found
