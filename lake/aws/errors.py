"""botocore errors become ours, chained, in this one place."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from lake.errors import AccessDeniedError, ConflictError, LakeError, NotFoundError, StoreError, ThrottledError

CONFLICTING_REQUEST = "ConditionalRequestConflict"
_CLASSES: dict[str, type[LakeError]] = {
    **dict.fromkeys(("NoSuchKey", "NoSuchVersion", "404", "ResourceNotFoundException"), NotFoundError),
    **dict.fromkeys(("PreconditionFailed", "412", CONFLICTING_REQUEST), ConflictError),
    **dict.fromkeys(("AccessDenied", "AccessDeniedException", "AuthorizationError", "403"), AccessDeniedError),
    **dict.fromkeys(
        ("SlowDown", "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "503"),
        ThrottledError,
    ),
}


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Run a call to AWS; whatever it raises says what was being done."""
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        raise _CLASSES.get(code, StoreError)(f"could not {doing}: {code}: {error}") from error
    except BotoCoreError as error:
        raise StoreError(f"could not {doing}: {error}") from error


def code_of(error: ClientError) -> str:
    """The error code of an AWS answer."""
    return str(error.response.get("Error", {}).get("Code", ""))
