"""A GraphQL request over HTTP: from headers and bytes to an operation, or a refusal."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request

from execution.error_codes import ErrorCode
from server.refusals import GRAPHQL_JSON, JSON, Refusal, bad_request

_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,80}")
_UTF_8: Final = ("utf-8", "utf8")


@dataclass(frozen=True, slots=True)
class Operation:
    """What a client asks for: a document, the name of one of its operations, its variables."""

    query: str
    variables: dict[str, Any] | None = None
    name: str | None = None

    @property
    def plain_name(self) -> str | None:
        """The name as it may stand in a log; None when it is no name."""
        return self.name if self.name is not None and _NAME.fullmatch(self.name) else None


async def operation_in(request: Request, limit: int) -> Operation | Refusal:
    """The operation of a POST request; a body over `limit` bytes is refused as soon as it is."""
    refusal = unsupported(request.headers)
    if refusal is not None:
        return refusal
    body = await read_body(request, limit)
    return parse(body) if isinstance(body, bytes) else body


def unsupported(headers: Headers) -> Refusal | None:
    """Why a body cannot be of these headers; None when it is plain JSON in UTF-8.

    Nothing but JSON is taken: a page of another origin can send forms and plain text unasked.
    """
    media_type, _, parameters = headers.get("content-type", "").partition(";")
    if media_type.strip().lower() != JSON:
        return bad_request(f"Send the request as {JSON}.", "Content-Type", 415)
    name, _, charset = parameters.partition("=")
    if name.strip().lower() == "charset" and charset.strip(' "').lower() not in _UTF_8:
        return bad_request("Send the request in UTF-8.", "Content-Type", 415)
    if headers.get("content-encoding", "identity").lower() != "identity":
        return bad_request("Send the request uncompressed.", "Content-Encoding", 415)
    return None


async def read_body(request: Request, limit: int) -> bytes | Refusal:
    """The body's bytes, or the refusal once it is known to have more than `limit`."""
    too_large = Refusal(
        413,
        ErrorCode.PAYLOAD_TOO_LARGE,
        f"A request may be {limit} bytes at most; send less at a time.",
    )
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > 15 or int(announced) > limit):
        return too_large
    parts: list[bytes] = []
    size = 0
    chunks: AsyncIterator[bytes] = request.stream()
    try:
        async for chunk in chunks:
            size += len(chunk)
            if size > limit:
                return too_large
            parts.append(chunk)
    except ClientDisconnect:
        return bad_request("The request ended before its body.")
    return b"".join(parts)


def parse(body: bytes) -> Operation | Refusal:
    """The operation in a JSON body; the refusal names the field that is wrong."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return bad_request(_no_json(body, error))
    return operation_of(value)


def operation_of(value: object) -> Operation | Refusal:
    """The operation that a JSON value asks for; the refusal names the field that is wrong."""
    if isinstance(value, list):
        return bad_request("Send one operation per request: the body must be an object, no list.")
    if not isinstance(value, dict):
        return bad_request(f"The body must be a JSON object, not {_kind(value)}.")
    query = value.get("query")
    if not isinstance(query, str):
        return bad_request(f"query must be a text, not {_kind(query)}.", "query")
    variables = value.get("variables")
    if not isinstance(variables, dict | None):
        return bad_request(f"variables must be an object, not {_kind(variables)}.", "variables")
    name = value.get("operationName")
    if not isinstance(name, str | None):
        return bad_request(f"operationName must be a text, not {_kind(name)}.", "operationName")
    extensions = value.get("extensions")
    if not isinstance(extensions, dict | None):
        return bad_request(f"extensions must be an object, not {_kind(extensions)}.", "extensions")
    return Operation(query, variables, name)


def media_type_for(accept: str) -> str:
    """The media type of the answer: GraphQL's own for clients that name it, else plain JSON."""
    weights = dict(_weighted(part) for part in accept.lower().split(","))
    own = weights.get(GRAPHQL_JSON, 0.0)
    return GRAPHQL_JSON if own > 0 and own >= weights.get(JSON, 0.0) else JSON


def _weighted(part: str) -> tuple[str, float]:
    media_type, *parameters = (word.strip() for word in part.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return media_type, float(value)
            except ValueError:
                return media_type, 0.0
    return media_type, 1.0


def _kind(value: object) -> str:
    """The value's kind in JSON's words."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"


def _no_json(body: bytes, error: orjson.JSONDecodeError) -> str:
    try:
        body.decode()
    except UnicodeDecodeError as bad:
        return f"The body is not UTF-8: the byte at {bad.start} belongs to no character."
    return f"The body is not JSON: {error.msg} at character {error.pos}."
