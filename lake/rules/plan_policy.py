"""What a deployment may never do, judged by the plan Terraform shows: take away what holds data, keys or runs."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PROTECTED = {
    "aws_athena_workgroup": "the history of queries",
    "aws_glue_catalog_database": "every table",
    "aws_glue_catalog_table": "a table that people read",
    "aws_kms_key": "the key of all data",
    "aws_s3_bucket": "data",
    "aws_s3_bucket_policy": "what keeps data from being overwritten",
    "aws_s3_bucket_public_access_block": "what keeps data from the public",
    "aws_s3_bucket_server_side_encryption_configuration": "the encryption of data",
    "aws_s3_bucket_versioning": "earlier versions of data",
    "aws_sfn_alias": "the version that runs start on",
    "aws_sfn_state_machine": "the history of runs",
    "aws_sns_topic": "the addresses that confirmed",
}
_TAKES_AWAY = {"delete", "forget"}


@dataclass(frozen=True)
class Change:
    """One resource that a plan changes. `actions` are Terraform's: create, update, delete, forget."""

    address: str
    type: str
    actions: tuple[str, ...]
    is_view: bool = False

    @property
    def is_replacement(self) -> bool:
        """Destroyed and made anew."""
        return {"create", "delete"} <= set(self.actions)


def changes_of(plan: Mapping[str, Any]) -> list[Change]:
    """What a plan changes, from `terraform show -json`."""
    return [
        Change(each["address"], each["type"], tuple(each["change"]["actions"]), _is_view(each["change"]))
        for each in plan.get("resource_changes", [])
        if each["mode"] == "managed" and not {*each["change"]["actions"]} <= {"no-op", "read"}
    ]


def violations(changes: Sequence[Change], allowed: Collection[str] = ()) -> list[str]:
    """In words, every change that is refused. `allowed`: addresses that may go, e.g. those a failed build had made."""
    return [
        f"{each.address} would be {_word(each)}, and with it {PROTECTED[each.type]}"
        for each in changes
        if each.type in PROTECTED
        and _TAKES_AWAY & set(each.actions)
        and not each.is_view
        and each.address not in allowed
    ]


def created_by(changes: Sequence[Change]) -> tuple[str, ...]:
    """Addresses of what a plan makes that was not there before."""
    return tuple(sorted(each.address for each in changes if each.actions == ("create",)))


def digest_of(changes: Sequence[Change]) -> str:
    """The same for the same changes to the same resources: what a person approved is what may be applied."""
    told = sorted(f"{each.address} {'/'.join(each.actions)}" for each in changes)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def counted(changes: Sequence[Change]) -> dict[str, int]:
    """How many resources are created, updated, replaced, destroyed."""
    words = {"create": "created", "update": "updated", "delete": "destroyed", "forget": "forgotten"}
    found = ["replaced" if each.is_replacement else words[each.actions[0]] for each in changes]
    return {word: found.count(word) for word in ("created", "updated", "replaced", "destroyed") if word in found}


def _word(change: Change) -> str:
    if change.is_replacement:
        return "replaced"
    return "destroyed" if "delete" in change.actions else "forgotten by Terraform"


def _is_view(change: Mapping[str, Any]) -> bool:
    return (change.get("before") or {}).get("table_type") == "VIRTUAL_VIEW"
