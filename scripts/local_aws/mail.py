"""Amazon SNS: e-mails are kept in an outbox instead of being sent."""

import time
import uuid
from collections.abc import Callable
from typing import Any

from local_aws import engine
from local_aws.hooks import Json, replace
from local_aws.records import Records

_MODULE = "ministack.services.sns"
_DEFAULT_SUBJECT = "AWS Notification Message"


class Outbox:
    """One record per mail: to, subject, body, topic, at."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def install(self) -> None:
        """Hook in."""
        replace(_MODULE, "_fanout", self._keeping_mail)

    def _keeping_mail(self, original: Callable[..., None]) -> Callable[..., None]:
        def fan_out(
            topic_arn: str,
            message_id: str,
            message: str,
            subject: str,
            structure: str = "",
            attributes: Json | None = None,
            **named: Any,
        ) -> None:
            original(topic_arn, message_id, message, subject, structure, attributes, **named)
            for subscription in _mail_subscriptions(topic_arn):
                self._keep(subscription, topic_arn, message, subject, structure, attributes or {})

        return fan_out

    def _keep(
        self, subscription: Json, topic: str, message: str, subject: str, structure: str, attributes: Json
    ) -> None:
        sns = engine.module(_MODULE)
        text = sns._resolve_message_for_protocol(message, structure, subscription["protocol"])
        if sns._matches_filter_policy(subscription, attributes, text):
            mail = {
                "to": subscription["endpoint"],
                "subject": subject or _DEFAULT_SUBJECT,
                "body": text,
                "topic": topic,
                "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            }
            self._records.put(f"{time.time_ns()}-{uuid.uuid4().hex[:8]}", mail)


def _mail_subscriptions(topic_arn: str) -> list[Json]:
    topic = engine.module(_MODULE)._topic_by_arn_any_scope(topic_arn) or {}
    subscriptions: list[Json] = topic.get("subscriptions", [])
    return [found for found in subscriptions if found.get("protocol", "").startswith("email")]
