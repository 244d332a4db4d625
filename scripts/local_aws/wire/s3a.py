"""S3 for Spark: S3A copies the key of an encrypted object along, which its SDK refuses to do without TLS."""

from local_aws import engine
from local_aws.hooks import Answer, Handler

_AGENT = "hadoop"
_ENCRYPTION_HEADERS = "x-amz-server-side-encryption"


def install() -> None:
    """Hook in: Spark does not see how an object is encrypted; the bucket's default encrypts the copy."""
    handlers = engine.module("ministack.app").SERVICE_HANDLERS
    original: Handler = handlers["s3"]

    async def handler(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        status, answer, content = await original(method, path, headers, body, query)
        if headers.get("user-agent", "").lower().startswith(_AGENT):
            answer = {name: value for name, value in answer.items() if not name.lower().startswith(_ENCRYPTION_HEADERS)}
        return status, answer, content

    handlers["s3"] = handler
