"""The plan of the whole stack, made by Terraform offline and read as plain values."""

import json
import os
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

    def _policy(self, address: str) -> Policy:
        return Policy(self.resources[address]["policy"])


def make(data_folder: Path) -> Plan:
    """Plan the stack with the real provider and no AWS; fails with Terraform's own words."""
    found = changes(data_folder, STACK_TEST, STACK_RUN)
    return Plan({each["address"]: each["change"]["after"] for each in found})


def changes(data_folder: Path, test: str, run: str) -> list[dict[str, Any]]:
    """What one planned run of a Terraform test would change: `address`, `change` with `actions`, `before`, `after`."""
    mirror = plugin_folder()
    _terraform(data_folder, "init", "-backend=false", "-input=false", *([f"-plugin-dir={mirror}"] if mirror else []))
    lines = _terraform(data_folder, "test", "-json", "-verbose", f"-filter={test}").splitlines()
    events = [json.loads(line) for line in lines if line.startswith("{")]
    found = next(e["test_plan"] for e in events if e["type"] == "test_plan" and e["@testrun"] == run)
    return list(found["resource_changes"])


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
