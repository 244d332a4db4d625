"""What a Terraform plan says would change, or has changed: addresses and attribute names, never values."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

PLANNED, DRIFTED = "resource_changes", "resource_drift"
REPLACE = "replace"
_EMPTY: tuple[Any, ...] = (None, "", [], {})
_QUIET = {("no-op",), ("read",)}
_INDEX = re.compile(r"\[[^\]]*\]")
# the provider sets them on every resource
_ALWAYS_MANAGED = {"tags_all"}
_SIGNS = {"create": "+", "update": "~", "delete": "-", REPLACE: "-/+", "forget": "."}


@dataclass(frozen=True)
class Change:
    """One resource: what happens to it, and which of its attributes differ."""

    address: str
    action: str
    attributes: tuple[str, ...] = ()

    def __str__(self) -> str:
        differs = f" ({', '.join(self.attributes)})" if self.action in {"update", REPLACE} and self.attributes else ""
        return f"{_SIGNS.get(self.action, self.action)} {self.address}{differs}"


def changes(plan: dict[str, Any], part: str = PLANNED) -> list[Change]:
    """The changes that `terraform show -json` tells of a saved plan, by address.

    A refresh reads `null` back as an empty text, list or map; an update that changes nothing else is none. It also
    reads what no configuration names, such as a role's list of policies that are resources of their own: no drift.
    """
    found = [_change(each) for each in plan.get(part, []) if tuple(each["change"]["actions"]) not in _QUIET]
    if part == DRIFTED:
        named = _named(plan.get("configuration", {}).get("root_module", {}))
        found = [replace(each, attributes=_managed(each, named)) if each.action == "update" else each for each in found]
    return sorted((each for each in found if each.attributes or each.action != "update"), key=lambda each: each.address)


def summary(found: Iterable[Change]) -> str:
    """How many of each: `2 to create, 1 to update`."""
    counted = Counter(each.action for each in found)
    return ", ".join(f"{counted[action]} to {action}" for action in _SIGNS if counted[action]) or "nothing to change"


def _change(resource: dict[str, Any]) -> Change:
    change = resource["change"]
    actions = change["actions"]
    before, after = _filled(change.get("before") or {}), _filled(change.get("after") or {})
    unknown = {name for name, is_unknown in (change.get("after_unknown") or {}).items() if is_unknown}
    differing = {name for name in {*before, *after} if before.get(name) != after.get(name)} | (unknown & {*before})
    return Change(resource["address"], REPLACE if len(actions) > 1 else actions[0], tuple(sorted(differing)))


def _managed(change: Change, named: dict[str, set[str]]) -> tuple[str, ...]:
    configured = named.get(_INDEX.sub("", change.address), set()) | _ALWAYS_MANAGED
    return tuple(each for each in change.attributes if each in configured)


def _named(module: dict[str, Any], path: str = "") -> dict[str, set[str]]:
    """The attributes that the configuration names, by address without index."""
    found = {f"{path}{each['address']}": set(each.get("expressions", {})) for each in module.get("resources", [])}
    for name, call in module.get("module_calls", {}).items():
        found |= _named(call["module"], f"{path}module.{name}.")
    return found


def _filled(value: Any) -> Any:
    """A value without what is empty in it."""
    if isinstance(value, dict):
        return {name: filled for name, each in value.items() if (filled := _filled(each)) not in _EMPTY}
    if isinstance(value, list):
        return [_filled(each) for each in value]
    return value
