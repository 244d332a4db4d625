"""A stack delivered as on AWS: bootstrap made the roles of the workflows, and the one that deploys applied the rest."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from assay import deploy as deployments
from assay import stack, terraform
from assay.target import LOCAL, Target, select

REPOSITORY_CLAIMS = "repo:example@12/assay@345"
GITHUB = '{owner="example",repository="assay",owner_id="12",repository_id="345"}'
SUBJECTS = {
    "plan": "ref:refs/heads/main",
    "drift": "ref:refs/heads/main",
    "deploy": "environment:local",
    "backfill-plan": "ref:refs/heads/main",
    "backfill-start": "environment:local",
}
# As envs/local.tfvars does for the stack; bootstrap is never applied on a laptop otherwise.
EMULATED = """
provider "aws" {
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  s3_use_path_style           = true
}
"""


@dataclass(frozen=True)
class Delivered:
    """The stack, and the way in that GitHub has."""

    target: Target

    def arn(self, purpose: str) -> str:
        """The role of a workflow."""
        account = self.target.client("sts").get_caller_identity()["Account"]
        return f"arn:aws:iam::{account}:role/delivery/{self.target.name}-{purpose}"

    def take(self, purpose: str, subject: str | None = None) -> boto3.session.Session:
        """Come as GitHub would, with a token of this subject; raises ClientError when the role does not trust it."""
        claims = {
            "iss": "https://token.actions.githubusercontent.com",
            "aud": "sts.amazonaws.com",
            "sub": f"{REPOSITORY_CLAIMS}:{SUBJECTS[purpose]}" if subject is None else subject,
        }
        token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in _parts(claims))
        answer = self.target.client("sts").assume_role_with_web_identity(
            RoleArn=self.arn(purpose), RoleSessionName="workflow", WebIdentityToken=token
        )
        return session_of(answer["Credentials"], self.target)

    @contextmanager
    def working_as(self, purpose: str) -> Iterator[Target]:
        """While the block lasts, this process, and Terraform below it, has the role's credentials and no others."""
        credentials = self.take(purpose).get_credentials()
        assert credentials is not None
        before = dict(os.environ)
        os.environ["AWS_ACCESS_KEY_ID"] = credentials.access_key
        os.environ["AWS_SECRET_ACCESS_KEY"] = credentials.secret_key
        os.environ["AWS_SESSION_TOKEN"] = str(credentials.token)
        os.environ["TF_VAR_bounded_roles"] = "true"  # noqa: SIM112 - Terraform's variables are as they are declared
        try:
            yield Target(self.target.environment, self.target.name, self.target.approvals)
        finally:
            os.environ.clear()
            os.environ.update(before)


def session_of(given: Any, target: Target) -> boto3.session.Session:
    """A session with temporary credentials."""
    return boto3.session.Session(
        given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], target.session.region_name
    )


def denied(call: Any) -> bool:
    """True when IAM refuses the call; any other end is an error of the test."""
    try:
        call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        assert code.startswith(("AccessDenied", "AuthorizationError")), f"refused for another reason: {error}"
        return True
    return False


def deliver(folder: Path) -> Delivered:
    """Apply bootstrap as the account's owner; the role that deploys does the rest: apply, smoke test, alias."""
    found = Delivered(select(LOCAL))
    stack.ensure_state_bucket(found.target)
    _bootstrap(folder)
    with found.working_as("deploy") as target:
        deployed = deployments.deploy(target, None, deployments.How("the first"), quiet=True)
        assert deployed.phase == "deployed", deployed.trouble
    return found


def _bootstrap(folder: Path) -> None:
    root = folder / "bootstrap"
    shutil.copytree(terraform.ROOT / "bootstrap", root, ignore=shutil.ignore_patterns(".terraform", "*.tfstate*"))
    shutil.copytree(terraform.ROOT / "modules" / "delivery", folder / "modules" / "delivery")
    (root / "emulated_override.tf").write_text(EMULATED)
    mirror = terraform.plugin_folder()
    _terraform(root, "init", *([f"-plugin-dir={mirror}"] if mirror else []))
    variables = {"name": "assay-local", "environment": "local", "account_id": "000000000000", "github": GITHUB}
    given = [f"-var={name}={value}" for name, value in variables.items()]
    # The bucket itself is there, and its lifecycle rules would take a minute.
    _terraform(root, "apply", "-auto-approve", "-target=module.delivery", *given)


def _terraform(root: Path, *arguments: str) -> None:
    environment = {**terraform.environment(), "TF_DATA_DIR": str(root / "data")}
    command = ["terraform", f"-chdir={root}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def _parts(claims: dict[str, str]) -> Iterator[bytes]:
    yield json.dumps({"alg": "none"}).encode()
    yield json.dumps(claims).encode()
    yield b"nobody checks it here"
