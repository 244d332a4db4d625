"""What GitHub Actions gives a step: a place for outputs, one for a summary, and its API for a comment."""

import json
import os
import urllib.request
from pathlib import Path
from typing import Any

from assay.console import FAILED, USAGE, CommandError

_SECONDS = 30
_A_PAGE = 100


def set_output(name: str, value: str) -> None:
    """Hand a value to later steps; nothing happens outside of GitHub Actions."""
    _append("GITHUB_OUTPUT", f"{name}={value}\n")


def add_summary(markdown: str) -> None:
    """Show text on the page of the workflow's run; nothing happens outside of GitHub Actions."""
    _append("GITHUB_STEP_SUMMARY", f"{markdown}\n")


def put_comment(pull_request: int, marker: str, markdown: str) -> str:
    """Write the comment of a pull request that begins with the marker, or change the one that is there; its address."""
    comments = f"repos/{_setting('GITHUB_REPOSITORY')}/issues/{pull_request}/comments"
    body = {"body": f"{marker}\n{markdown}"}
    old = _own_comment(comments, marker)
    if old is None:
        return str(_ask("POST", comments, body)["html_url"])
    return str(_ask("PATCH", f"repos/{_setting('GITHUB_REPOSITORY')}/issues/comments/{old}", body)["html_url"])


def _own_comment(comments: str, marker: str) -> int | None:
    page = 1
    while True:
        found = _ask("GET", f"{comments}?per_page={_A_PAGE}&page={page}")
        for each in found:
            if each["body"].startswith(marker) and each["user"]["type"] == "Bot":
                return int(each["id"])
        if len(found) < _A_PAGE:
            return None
        page += 1


def _ask(method: str, path: str, body: dict[str, str] | None = None) -> Any:
    request = urllib.request.Request(
        f"{_setting('GITHUB_API_URL')}/{path}",
        method=method,
        data=json.dumps(body).encode() if body else None,
        headers={"Authorization": f"Bearer {_setting('GITHUB_TOKEN')}", "Accept": "application/vnd.github+json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            return json.load(answer)
    except OSError as error:
        raise CommandError(f"GitHub did not answer {method} {path}: {error}", FAILED) from error


def _append(variable: str, text: str) -> None:
    if os.environ.get(variable):
        with Path(os.environ[variable]).open("a", encoding="utf-8") as file:
            file.write(text)


def _setting(name: str) -> str:
    try:
        return os.environ[name]
    except KeyError as error:
        raise CommandError(f"{name} is not set; this command is for GitHub Actions", USAGE) from error
