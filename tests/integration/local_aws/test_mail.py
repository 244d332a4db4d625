"""Mails that SNS would send are kept in the outbox, and leave nothing else behind."""

import json

from tests.integration.local_aws.aws import Aws, Json


def subscribed(aws: Aws, **attributes: str) -> str:
    sns = aws.root("sns")
    topic: str = sns.create_topic(Name=aws.name("topic"))["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="team@example.com", Attributes=attributes)
    return topic


def mails(aws: Aws, topic: str) -> list[Json]:
    return [mail for mail in aws.mails() if mail["topic"] == topic]


def test_a_message_becomes_a_mail(aws: Aws) -> None:
    topic = subscribed(aws)
    aws.root("sns").publish(TopicArn=topic, Subject="Run failed", Message="line one\nline two")
    (mail,) = mails(aws, topic)
    assert {name: mail[name] for name in ("to", "subject", "body")} == {
        "to": "team@example.com",
        "subject": "Run failed",
        "body": "line one\nline two",
    }


def test_a_message_without_subject_has_the_usual_one(aws: Aws) -> None:
    topic = subscribed(aws)
    aws.root("sns").publish(TopicArn=topic, Message="text")
    assert mails(aws, topic)[0]["subject"] == "AWS Notification Message"


def test_a_filter_keeps_mails_away(aws: Aws) -> None:
    topic = subscribed(aws, FilterPolicy=json.dumps({"severity": ["high"]}))
    for severity in ("low", "high"):
        attribute = {"DataType": "String", "StringValue": severity}
        aws.root("sns").publish(TopicArn=topic, Message=severity, MessageAttributes={"severity": attribute})
    assert [mail["body"] for mail in mails(aws, topic)] == ["high"]


def test_nobody_but_the_subscriber_is_subscribed(aws: Aws) -> None:
    queues = aws.root("sqs").list_queues().get("QueueUrls")
    topic = subscribed(aws)
    found = aws.root("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [subscription["Protocol"] for subscription in found] == ["email"]
    assert aws.root("sqs").list_queues().get("QueueUrls") == queues
