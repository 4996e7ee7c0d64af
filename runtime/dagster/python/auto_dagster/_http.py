"""Calls of auto's HTTP API, by the standard library alone."""

import json
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, Optional
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener


class Unanswered(Exception):
    """auto did not take a call. The text says why, and what to do where that is known."""


class _NoRedirects(HTTPRedirectHandler):
    """Follows no redirect: the token would go along to wherever it leads."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = build_opener(_NoRedirects)


def post(
    url: str, token: Optional[str], body: Mapping[str, Any], timeout: float
) -> Mapping[str, Any]:
    """Posts a body in JSON and gives the answer. Raises Unanswered for every failure."""
    headers = {"Content-Type": "application/json", "User-Agent": "auto_dagster"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        call = Request(url, json.dumps(body).encode(), headers, method="POST")
        with _opener.open(call, timeout=timeout) as answer:
            read = json.load(answer)
    except HTTPError as error:
        raise Unanswered(_refusal(url, error)) from error
    except (OSError, HTTPException) as error:  # URLError and time-outs are OSErrors
        raise Unanswered(
            f"auto at {url} cannot be reached: {getattr(error, 'reason', None) or error}."
        ) from error
    except ValueError as error:
        raise Unanswered(
            f"auto at {url} cannot be called, or did not answer in JSON: {error}."
        ) from error
    if not isinstance(read, dict):
        raise Unanswered(
            f"auto at {url} did not answer as expected. Is it the address of auto's `http`?"
        )
    return read


def _refusal(url: str, error: HTTPError) -> str:
    """What an answer that is no success says: its problems, where it is one of auto."""
    try:
        problems = json.load(error)["problems"]
        said = " ".join(f"{p['message']} {p.get('help', '')}".strip() for p in problems)
    except (OSError, HTTPException, ValueError, LookupError, TypeError, AttributeError):
        said = ""
    return f"auto at {url} answered {error.code}: {said or error.reason}"
