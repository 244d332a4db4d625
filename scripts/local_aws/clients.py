"""boto3 clients of the local AWS: as root, as a role, or with given credentials."""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from local_aws import roles
from local_aws.roles import ServiceRole
from local_aws.settings import REGION, ROOT_KEY, ROOT_SECRET

# A role's credentials are used for this long, then asked for again: a changed trust policy counts after that.
# What the role may do is looked up at each call anyway.
_CREDENTIALS_SECONDS = 300
_KEPT = 128


@dataclass(frozen=True)
class Credentials:
    """An access key, its secret and, for a role, the session token."""

    key: str = ROOT_KEY
    secret: str = ROOT_SECRET
    token: str | None = None

    def environment(self) -> dict[str, str]:
        """The credentials as the SDKs' environment variables."""
        found = {"AWS_ACCESS_KEY_ID": self.key, "AWS_SECRET_ACCESS_KEY": self.secret}
        return {**found, "AWS_SESSION_TOKEN": self.token} if self.token else found


@dataclass
class Clients:
    """Makes clients once and keeps the latest; safe to use from several threads."""

    endpoint: str
    _session: boto3.session.Session = field(default_factory=boto3.session.Session)
    _made: OrderedDict[tuple[str, Credentials, str], Any] = field(default_factory=OrderedDict)
    _roles: dict[ServiceRole, tuple[float, Credentials]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def root(self, service: str, region: str = REGION) -> Any:
        """A client with every permission."""
        return self.client(service, Credentials(), region)

    def as_role(self, service: str, role: ServiceRole, region: str = REGION) -> Any:
        """A client that acts as the role, so that IAM really checks its calls."""
        return self.client(service, self.assume(role), region)

    def client(self, service: str, credentials: Credentials, region: str = REGION) -> Any:
        """A client with the given credentials."""
        name = (service, credentials, region)
        with self._lock:
            if name not in self._made:
                self._made[name] = self._make(service, credentials, region)
            self._made.move_to_end(name)
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
            return self._made[name]

    def assume(self, role: ServiceRole) -> Credentials:
        """The role's credentials, as its service gets them. Raises AwsError when it may not take the role."""
        with self._lock:
            until, known = self._roles.get(role, (0.0, Credentials()))
        if until > time.monotonic():
            return known
        session = roles.take(self.root("iam"), role)
        fresh = Credentials(session.key, session.secret, session.token)
        with self._lock:
            self._roles[role] = (time.monotonic() + _CREDENTIALS_SECONDS, fresh)
        return fresh

    def forget(self) -> None:
        """Drop every role's credentials: after a reset no session is known any more."""
        with self._lock:
            self._made.clear()
            self._roles.clear()

    def _make(self, service: str, credentials: Credentials, region: str) -> Any:
        config = Config(
            s3={"addressing_style": "path"},
            retries={"max_attempts": 0},
            read_timeout=960,
            max_pool_connections=32,
            parameter_validation=False,
        )
        return self._session.client(  # type: ignore[call-overload]
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=credentials.key,
            aws_secret_access_key=credentials.secret,
            aws_session_token=credentials.token,
            config=config,
        )
