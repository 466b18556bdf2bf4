"""Refusals of a request before any operation runs: a status, a code and one sentence."""

from dataclasses import dataclass

import orjson
from starlette.responses import Response

from execution.error_codes import RETRYABLE, ErrorCode, Outcome

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not carried out; `field` names the part of it that is wrong.

    `outcome` is told of one that may be sent again.
    """

    status: int
    code: ErrorCode
    message: str
    field: str | None = None
    outcome: Outcome = Outcome.NOT_DONE


def bad_request(message: str, field: str | None = None, status: int = 400) -> Refusal:
    """The request itself is malformed."""
    return Refusal(status, ErrorCode.BAD_REQUEST, message, field)


def refused(
    refusal: Refusal, request_id: str, *, media_type: str = JSON, allow: str | None = None
) -> Response:
    """The refusal in the shape of a GraphQL answer: no data, one error."""
    body = orjson.dumps({"errors": [error_of(refusal, request_id)]})
    headers = {} if allow is None else {"allow": allow}
    return Response(body, refusal.status, headers, media_type)


def error_of(refusal: Refusal, request_id: str) -> dict[str, object]:
    """The refusal as the one error of an answer."""
    extensions: dict[str, object] = {"code": refusal.code, "requestId": request_id}
    if refusal.code in RETRYABLE:
        extensions |= {"retryable": True, "outcome": refusal.outcome}
    if refusal.field is not None:
        extensions["field"] = refusal.field
    return {"message": refusal.message, "extensions": extensions}
