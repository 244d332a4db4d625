"""Errors of the local AWS: those for the person who runs it, and those that go out as AWS answers."""

from typing import Any


class LocalAwsError(Exception):
    """The local AWS could not do what a person asked; the message says what to do next."""


class AwsError(Exception):
    """An error answer of an AWS API: code, message and HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400, **extra: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.extra = extra
