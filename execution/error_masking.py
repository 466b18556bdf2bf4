"""Error masking: what clients see of an error, and what only the log does."""

import logging
from typing import Final

from graphql import FieldNode, GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import StrawberryInputCoercionError

from execution.context import NotPermitted
from execution.error_codes import RETRYABLE, ErrorCode, Outcome
from execution.limits import TOKENS
from execution.refusals import overdue, too_complex
from store.deployment import in_short, is_passing
from store.reading import SECONDS_FOR_A_READ, TookTooLong

AWAY: Final = "The database does not answer now; try again in a moment."

_log = logging.getLogger(__name__)


def masked(error: GraphQLError, request_id: str) -> GraphQLError:
    """The error as clients may see it, with a code; an unexpected one is logged in full instead.

    What the client caused keeps its message. Of anything else only the request's id is shown, and
    whether the same request may do later, as it may when MongoDB was away.
    """
    cause = _cause(error)
    if "code" in (error.extensions or {}):
        return error
    if isinstance(cause, GraphQLSyntaxError):
        if f"more than {TOKENS} tokens" in cause.description:
            return _like(error, too_complex(f"A request may have {TOKENS} tokens.", TOKENS))
        return _coded(error, error.message, ErrorCode.GRAPHQL_PARSE_FAILED)
    if isinstance(cause, NotPermitted):
        right = cause.right.name
        return _coded(error, f"This needs the right {right}.", ErrorCode.FORBIDDEN, right=right)
    if isinstance(cause, TookTooLong):
        return _like(error, overdue(SECONDS_FOR_A_READ))
    if is_passing(cause):
        _log.warning("Request %s: MongoDB does not answer: %s", request_id or "-", in_short(cause))
        return _coded(error, AWAY, ErrorCode.UNAVAILABLE, requestId=request_id)
    if isinstance(cause, RecursionError):
        return _like(error, too_complex("The request is nested too deeply.", 0))
    if isinstance(cause, StrawberryInputCoercionError):
        return _coded(error, str(cause), ErrorCode.GRAPHQL_VALIDATION_FAILED)
    if isinstance(cause, GraphQLError) and (error.path is None or _is_about_input(cause)):
        return _coded(error, error.message, ErrorCode.GRAPHQL_VALIDATION_FAILED)
    _log.error("Request %s failed at %s.", request_id or "-", error.path, exc_info=cause)
    return _coded(error, "Unexpected error.", ErrorCode.INTERNAL, requestId=request_id)


def place_of(error: GraphQLError) -> list[tuple[int, str]]:
    """Orders errors by where in the answer they stand, whichever came first."""
    return [(step, "") if isinstance(step, int) else (-1, step) for step in error.path or ()]


def with_outcome(error: GraphQLError, *, has_begun: bool) -> GraphQLError:
    """The error with what became of its request, where that could be in doubt.

    `has_begun` when a mutation may have stored something. Whoever sends a request again must know
    whether it can have been done: a write whose answer did not come may be stored.
    """
    extensions = dict(error.extensions or {})
    code = extensions.get("code")
    if code in RETRYABLE:
        extensions |= {"retryable": True, "outcome": Outcome.NOT_DONE}
    if has_begun and (code in RETRYABLE or code == ErrorCode.INTERNAL):
        extensions["outcome"] = Outcome.UNKNOWN
    error.extensions = extensions
    return error


def _cause(error: GraphQLError) -> Exception:
    """What was raised first."""
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _is_about_input(error: GraphQLError) -> bool:
    """Whether the error points at what a client wrote into an argument, and not at a result."""
    return any(not isinstance(node, FieldNode) for node in error.nodes or ())


def _coded(error: GraphQLError, message: str, code: ErrorCode, **details: object) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={"code": code, **details},
    )


def _like(error: GraphQLError, refusal: GraphQLError) -> GraphQLError:
    details = dict(refusal.extensions or {})
    return _coded(error, refusal.message, ErrorCode(details.pop("code")), **details)
