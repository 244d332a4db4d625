"""What a workflow's step gets from GitHub and gives to it, over a server that answers as its API does."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from assay import github
from assay.console import CommandError

MARKER = "<!-- ours -->"


class Comments(ThreadingHTTPServer):
    """GitHub's API of one pull request."""

    def __init__(self, comments: list[dict[str, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), Api)
        self.comments = comments
        self.tokens: set[str] = set()


class Api(BaseHTTPRequestHandler):
    server: Comments

    def do_GET(self) -> None:
        page = int(self.path.rsplit("page=", 1)[1])
        self._answer(self.server.comments[(page - 1) * 100 : page * 100])

    def do_POST(self) -> None:
        assert self.path == "/repos/example/assay/issues/7/comments"
        made = {"id": 999, "body": self._body(), "user": {"type": "Bot"}, "html_url": "made"}
        self.server.comments.append(made)
        self._answer(made)

    def do_PATCH(self) -> None:
        (found,) = [each for each in self.server.comments if self.path.endswith(f"/issues/comments/{each['id']}")]
        found |= {"body": self._body(), "html_url": "changed"}
        self._answer(found)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def _body(self) -> str:
        return str(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"])

    def _answer(self, value: Any) -> None:
        self.server.tokens.add(self.headers["Authorization"])
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def comment(number: int, body: str, kind: str = "Bot") -> dict[str, Any]:
    return {"id": number, "body": body, "user": {"type": kind}}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Comments]:
    with Comments([comment(n, f"talk {n}", "User") for n in range(150)]) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("GITHUB_API_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("GITHUB_REPOSITORY", "example/assay")
        monkeypatch.setenv("GITHUB_TOKEN", "the-token")
        yield server
        server.shutdown()


def test_the_first_comment_is_made(api: Comments) -> None:
    assert github.put_comment(7, MARKER, "plan") == "made"
    assert api.comments[-1]["body"] == f"{MARKER}\nplan"
    assert api.tokens == {"Bearer the-token"}


def test_the_next_one_takes_its_place(api: Comments) -> None:
    github.put_comment(7, MARKER, "first")
    assert github.put_comment(7, MARKER, "second") == "changed"
    assert [each["body"] for each in api.comments if each["body"].startswith(MARKER)] == [f"{MARKER}\nsecond"]


def test_a_person_s_comment_is_never_changed(api: Comments) -> None:
    api.comments.append(comment(500, f"{MARKER}\nmine", "User"))
    assert github.put_comment(7, MARKER, "plan") == "made"


def test_an_api_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch, api: Comments) -> None:
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    with pytest.raises(CommandError, match="GitHub did not answer GET repos/example/assay"):
        github.put_comment(7, MARKER, "plan")


def test_outside_of_github_nothing_is_posted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    with pytest.raises(CommandError, match="GITHUB_REPOSITORY is not set"):
        github.put_comment(7, MARKER, "plan")


def test_outputs_and_summaries_are_added_to_the_files_that_github_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    github.set_output("backfill", "1")
    github.set_output("other", "2")
    github.add_summary("what happened")
    assert (tmp_path / "output").read_text() == "backfill=1\nother=2\n"
    assert (tmp_path / "summary").read_text() == "what happened\n"
    monkeypatch.delenv("GITHUB_OUTPUT")
    github.set_output("backfill", "3")
    assert (tmp_path / "output").read_text() == "backfill=1\nother=2\n"
