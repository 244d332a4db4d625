"""S3Store against moto: conditions, versions, metadata, and every botocore error as one of ours."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from lake.aws.store import S3Store
from lake.errors import (
    AccessDeniedError,
    ConflictError,
    LakeError,
    NotFoundError,
    StoreError,
    ThrottledError,
)
from tests.aws.conftest import Aws
from tests.builders import BUCKETS

BUCKET = BUCKETS.control


@pytest.fixture
def store(aws: Aws) -> S3Store:
    return S3Store(aws.s3, pause=lambda seconds: None)


def test_what_is_written_is_read_with_its_metadata(store: S3Store) -> None:
    etag = store.create(BUCKET, "k", "zwölf", {"run-id": "r"})
    found = store.read(BUCKET, "k")
    assert (found.text, found.etag, dict(found.metadata)) == ("zwölf", etag, {"run-id": "r"})
    assert store.head(BUCKET, "k").metadata == {"run-id": "r"}


def test_create_and_replace_hold_their_conditions(store: S3Store) -> None:
    etag = store.create(BUCKET, "k", "1")
    with pytest.raises(ConflictError, match="could not write s3://t-control/k"):
        store.create(BUCKET, "k", "2")
    newer = store.replace(BUCKET, "k", "2", etag)
    with pytest.raises(ConflictError):
        store.replace(BUCKET, "k", "3", etag)
    assert store.read(BUCKET, "k").etag == newer


def test_what_is_missing_cannot_be_replaced_read_or_looked_at(store: S3Store) -> None:
    with pytest.raises(ConflictError, match="is gone"):
        store.replace(BUCKET, "none", "1", '"e"')
    for look in (store.read, store.head):
        with pytest.raises(NotFoundError):
            look(BUCKET, "none")
    with pytest.raises(NotFoundError):
        list(store.stream(BUCKET, "none", ""))


def test_each_version_can_be_read(store: S3Store) -> None:
    store.write(BUCKET, "k", "one")
    first = store.head(BUCKET, "k").version_id
    store.write(BUCKET, "k", "other")
    assert store.head(BUCKET, "k").version_id != first
    assert store.head(BUCKET, "k", first).size == 3
    assert b"".join(store.stream(BUCKET, "k", first)) == b"one"
    assert b"".join(store.stream(BUCKET, "k", "")) == b"other"


def test_a_listing_has_many_pages(store: S3Store) -> None:
    # straight into moto: a thousand requests take longer than all other tests here
    inside = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    for key in (*(f"p/{number:04d}" for number in range(1005)), "q"):
        inside.put_object(BUCKET, key, b"x")
    found = [each.key for each in store.list(BUCKET, "p/")]
    assert found == [f"p/{number:04d}" for number in range(1005)]


class Broken:
    """A client whose calls fail, the first `times` of them."""

    def __init__(self, error: Exception, times: int = 10**6) -> None:
        self.error, self.times, self.calls = error, times, 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            self.calls += 1
            if self.calls <= self.times:
                raise self.error
            return {"ETag": '"e"'}

        return call


def client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "PutObject")


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (client_error("AccessDenied"), AccessDeniedError),
        (client_error("403"), AccessDeniedError),
        (client_error("SlowDown"), ThrottledError),
        (client_error("PreconditionFailed"), ConflictError),
        (client_error("NoSuchKey"), NotFoundError),
        (client_error("NoSuchBucket"), StoreError),
        (client_error("InternalError"), StoreError),
        (EndpointConnectionError(endpoint_url="x"), StoreError),
        (ConnectTimeoutError(endpoint_url="x"), StoreError),
    ],
)
def test_every_error_is_ours_and_keeps_its_cause(error: Exception, ours: type[LakeError]) -> None:
    broken: Any = Broken(error)
    with pytest.raises(ours) as caught:
        S3Store(broken).write(BUCKET, "k", "x")
    assert type(caught.value) is ours
    assert caught.value.__cause__ is error
    assert "s3://t-control/k" in str(caught.value)


def test_a_conflicting_request_is_sent_again() -> None:
    pauses: list[float] = []
    broken: Any = Broken(client_error("ConditionalRequestConflict"), times=3)
    assert S3Store(broken, pauses.append).create(BUCKET, "k", "x") == '"e"'
    assert (broken.calls, len(pauses)) == (4, 3)


def test_a_request_that_keeps_conflicting_is_a_conflict() -> None:
    broken: Any = Broken(client_error("ConditionalRequestConflict"))
    with pytest.raises(ConflictError):
        S3Store(broken, lambda seconds: None).create(BUCKET, "k", "x")
    assert broken.calls == 8
