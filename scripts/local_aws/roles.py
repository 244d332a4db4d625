"""How a service gets a role's credentials: when the role's trust policy lets this service take it."""

import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local_aws import engine
from local_aws.errors import AwsError

_LIFE_SECONDS = 12 * 3600


@dataclass(frozen=True)
class ServiceRole:
    """A role, the service that takes it, for which resource, and the name of the session."""

    arn: str
    principal: str
    source_arn: str
    session: str

    @property
    def account(self) -> str:
        """The role's account."""
        return self.arn.split(":")[4]

    @property
    def name(self) -> str:
        """The role's name without path."""
        return self.arn.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Session:
    """Temporary credentials of a role."""

    key: str
    secret: str
    token: str


def take(iam: Any, role: ServiceRole) -> Session:
    """Credentials of the role for the service; AccessDeniedException when its trust policy does not allow it."""
    try:
        trust = iam.get_role(RoleName=role.name)["Role"]["AssumeRolePolicyDocument"]
    except ClientError as error:
        raise AwsError("AccessDeniedException", f"The role {role.arn} does not exist") from error
    if not trusts(trust, role):
        raise AwsError(
            "AccessDeniedException", f"{role.principal} is not authorized to assume the provided role {role.arn}"
        )
    session = Session(f"ASIA{secrets.token_hex(8).upper()}", secrets.token_hex(20), secrets.token_hex(32))
    engine.service("sts").register_session(
        session.key,
        {
            "Arn": f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{role.session}",
            "UserId": f"{role.name}:{role.session}",
            "SecretAccessKey": session.secret,
            "SessionToken": session.token,
            "Expiration": time.time() + _LIFE_SECONDS,
        },
    )
    return session


def trusts(trust: Any, role: ServiceRole) -> bool:
    """Whether the trust policy lets the service take the role for this resource."""
    document = json.loads(trust) if isinstance(trust, str) else trust
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    iam = engine.module("ministack.core.iam_evaluator")
    context = iam.EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action="sts:AssumeRole",
        resource_arn=role.arn,
        region="",
        service_context={"aws:sourceaccount": role.account, "aws:sourcearn": role.source_arn},
    )
    policy = {"Statement": [{"Resource": "*", **statement} for statement in statements]}
    return bool(iam.evaluate_resource_policy(policy, context, service=role.principal).decision == "Allow")
