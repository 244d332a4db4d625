"""S3A over plain HTTP: it copies an object's KMS key along, and its SDK refuses to send one without TLS."""

from local_aws import engine
from local_aws.hooks import Answer, Handler

_ENCRYPTION_HEADERS = "x-amz-server-side-encryption"


def install() -> None:
    """Do not tell Hadoop's client how an object is encrypted; the copy is encrypted by the bucket's default."""
    handlers = engine.module("ministack.app").SERVICE_HANDLERS
    original: Handler = handlers["s3"]

    async def handler(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        status, found, content = await original(method, path, headers, body, query)
        if method == "HEAD" and headers.get("user-agent", "").startswith("Hadoop"):
            found = {name: value for name, value in found.items() if not name.lower().startswith(_ENCRYPTION_HEADERS)}
        return status, found, content

    handlers["s3"] = handler
