"""A plan that Terraform saved, as plain values. It is read and thrown away: nothing is changed."""

import json
import tempfile
from pathlib import Path
from typing import Any

from assay import terraform
from assay.build import ARTIFACTS, build
from assay.target import Target


def make(target: Target, *options: str) -> dict[str, Any]:
    """Plan an environment as this working tree describes it."""
    build()
    terraform.init(target.environment)
    variables = [f"-var-file=envs/{target.environment}.tfvars", f"-var=artifacts_dir={ARTIFACTS}"]
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "plan")
        terraform.run(["plan", "-lock-timeout=120s", f"-out={file}", *variables, *options])
        output = terraform.run(["show", "-json", file])
    # Terraform may say more than the plan, before it and after it
    plan: dict[str, Any] = json.JSONDecoder().raw_decode(output, output.index('{"format_version"'))[0]
    return plan
