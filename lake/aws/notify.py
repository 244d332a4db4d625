"""SNS behind the `Notifier` port."""

from typing import TYPE_CHECKING

from lake.aws.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

LONGEST_SUBJECT = 100
LONGEST_BODY = 200_000


class Mail:
    """Sends to one topic."""

    def __init__(self, client: "SNSClient", topic_arn: str) -> None:
        self._client = client
        self._topic_arn = topic_arn

    def send(self, subject: str, body: str) -> str:
        """Send one mail: its id at SNS, which takes subjects of at most 100 printable ASCII characters."""
        plain = "".join(each if " " <= each <= "~" else "?" for each in subject)[:LONGEST_SUBJECT]
        with translated(f"send the alert '{plain}'"):
            answer = self._client.publish(TopicArn=self._topic_arn, Subject=plain, Message=body[:LONGEST_BODY])
        return answer["MessageId"]
