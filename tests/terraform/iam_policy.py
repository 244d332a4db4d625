"""A policy document, and what it says about one request: as much of IAM as our own policies use."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Statement = dict[str, Any]


class Policy:
    """A rendered policy document, or all those of one role together."""

    def __init__(self, *documents: str) -> None:
        self.statements: list[Statement] = [
            statement for document in documents for statement in _listed(json.loads(document)["Statement"])
        ]

    def allows(self, action: str, resource: str, context: Mapping[str, str] | None = None) -> bool:
        """True when a statement allows the request and none denies it."""
        return self._any("Allow", action, resource, context or {}) and not self.denies(action, resource, context)

    def denies(self, action: str, resource: str, context: Mapping[str, str] | None = None) -> bool:
        """True when a statement denies the request outright."""
        return self._any("Deny", action, resource, context or {})

    def allowed(self) -> Iterator[tuple[str, str, Statement]]:
        """Every action and resource pattern that a statement allows."""
        for statement in self.statements:
            if statement["Effect"] == "Allow":
                for action in _listed(statement["Action"]):
                    for resource in _listed(statement.get("Resource", [])):
                        yield action, resource, statement

    def _any(self, effect: str, action: str, resource: str, context: Mapping[str, str]) -> bool:
        return any(
            statement["Effect"] == effect
            and any(_matches(pattern.lower(), action.lower()) for pattern in _listed(statement["Action"]))
            and _concerns(statement, resource)
            and _holds(statement.get("Condition", {}), context)
            for statement in self.statements
        )


def _concerns(statement: Statement, resource: str) -> bool:
    if "NotResource" in statement:
        return not any(_matches(pattern, resource) for pattern in _listed(statement["NotResource"]))
    return any(_matches(pattern, resource) for pattern in _listed(statement["Resource"]))


def _holds(condition: dict[str, dict[str, Any]], context: Mapping[str, str]) -> bool:
    return all(
        _compare(operator, context.get(key), [str(value).lower() for value in _listed(values)])
        for operator, keys in condition.items()
        for key, values in keys.items()
    )


def _compare(operator: str, found: str | None, expected: list[str]) -> bool:
    if operator == "Null":
        return str(found is None).lower() in expected
    if operator in {"StringEquals", "Bool"}:
        return found is not None and found.lower() in expected
    raise AssertionError(f"{operator} is a condition that these tests cannot judge; teach them.")


def _matches(pattern: str, text: str) -> bool:
    parts = (".*" if each == "*" else "." if each == "?" else re.escape(each) for each in pattern)
    return re.fullmatch("".join(parts), text) is not None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
