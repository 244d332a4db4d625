"""A plan of this working tree, as plain values. It is read and thrown away: nothing is changed."""

import tempfile
from pathlib import Path
from typing import Any

from assay import terraform
from assay.build import build
from assay.target import Target


def make(target: Target, refresh_only: bool = False) -> dict[str, Any]:
    """Plan an environment; with refresh_only, only compare what is there with what Terraform left."""
    build()
    terraform.init(target.environment)
    with tempfile.TemporaryDirectory() as folder:
        return terraform.save_plan(target.environment, Path(folder) / "plan", refresh_only=refresh_only)
