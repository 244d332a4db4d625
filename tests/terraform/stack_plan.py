"""The plan of the whole stack, made by Terraform offline and read as plain values."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.terraform import ROOT, plugin_folder
from tests.terraform.iam_policy import Policy

NAME = "assay-test"
STACK_TEST = "tests/stack.tftest.hcl"
STACK_RUN = "the_stack_can_be_planned"
DELIVERY_TEST = "tests/delivery_roles.tftest.hcl"


@dataclass(frozen=True)
class Plan:
    """What Terraform would create, by address."""

    resources: dict[str, dict[str, Any]]

    def of_type(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Address and values of every resource of a type."""
        return ((address, values) for address, values in self.resources.items() if f"{kind}." in address)

    def role_policies(self) -> dict[str, Policy]:
        """What each role may do, by the address of its policy."""
        return {address: Policy(values["policy"]) for address, values in self.of_type("aws_iam_role_policy")}

    def function(self, name: str) -> Policy:
        """What a function may do."""
        return self._policy(f'module.functions.aws_iam_role_policy.this["{name}"]')

    def job(self, name: str) -> Policy:
        """What a Glue job may do."""
        return self._policy(f'module.jobs.aws_iam_role_policy.this["{name}"]')

    def bucket(self, layer: str) -> Policy:
        """What a bucket refuses, whoever asks."""
        return self._policy(f'module.storage.aws_s3_bucket_policy.this["{layer}"]')

    def analyst(self) -> Policy:
        """What people and tools that query may do."""
        return self._policy("module.query.aws_iam_policy.analyst")

    def boundary(self) -> Policy:
        """What any role of the stack may do at most (only in a plan of the delivery)."""
        return self._policy("aws_iam_policy.boundary")

    def workflow(self, purpose: str) -> Policy:
        """What a workflow's role may do: all its policies together (only in a plan of the delivery)."""
        names = re.compile(rf'aws_iam_role_policy_attachment\.this\["{purpose}/(.+)"\]')
        parts = [found[1] for address in self.resources if (found := names.fullmatch(address))]
        return Policy(*(self.resources[f'aws_iam_policy.this["{part}"]']["policy"] for part in parts))

    def _policy(self, address: str) -> Policy:
        return Policy(self.resources[address]["policy"])


def make(data_folder: Path) -> Plan:
    """Plan the stack with the real provider and no AWS; fails with Terraform's own words."""
    return _made(changes(data_folder, STACK_TEST, STACK_RUN))


def delivery(data_folder: Path) -> dict[str, Plan]:
    """Plan the roles of the workflows likewise, for each form of GitHub's subjects."""
    return {run: _made(found) for run, found in all_changes(data_folder, DELIVERY_TEST).items()}


def _made(found: list[dict[str, Any]]) -> Plan:
    return Plan({each["address"]: each["change"]["after"] for each in found})


def changes(data_folder: Path, test: str, run: str) -> list[dict[str, Any]]:
    """What one planned run of a Terraform test would change: `address`, `change` with `actions`, `before`, `after`."""
    return all_changes(data_folder, test)[run]


def all_changes(data_folder: Path, test: str) -> dict[str, list[dict[str, Any]]]:
    """What each planned run of a Terraform test would change."""
    mirror = plugin_folder()
    _terraform(data_folder, "init", "-backend=false", "-input=false", *([f"-plugin-dir={mirror}"] if mirror else []))
    lines = _terraform(data_folder, "test", "-json", "-verbose", f"-filter={test}").splitlines()
    events = [json.loads(line) for line in lines if line.startswith("{")]
    return {e["@testrun"]: list(e["test_plan"]["resource_changes"]) for e in events if e["type"] == "test_plan"}


def _terraform(data_folder: Path, *arguments: str) -> str:
    program = shutil.which("terraform")
    assert program, "Terraform is not on the PATH."
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    done = subprocess.run(
        [program, f"-chdir={ROOT}", *arguments],
        env={**inherited, "TF_DATA_DIR": str(data_folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"terraform {arguments[0]} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout
