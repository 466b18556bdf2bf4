"""The codes that top-level errors carry in `extensions.code`, and what clients can do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ErrorCode(StrEnum):
    """Every code there is."""

    BAD_REQUEST = "BAD_REQUEST"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_PAGE_SIZE = "BAD_PAGE_SIZE"
    BAD_CURSOR = "BAD_CURSOR"
    CURSOR_EXPIRED = "CURSOR_EXPIRED"
    TOO_COMPLEX = "TOO_COMPLEX"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    TENANT_UNKNOWN = "TENANT_UNKNOWN"
    FORBIDDEN = "FORBIDDEN"
    TOO_MANY_SUBSCRIPTIONS = "TOO_MANY_SUBSCRIPTIONS"
    SUBSCRIBER_TOO_SLOW = "SUBSCRIBER_TOO_SLOW"
    DEADLINE = "DEADLINE"
    UNAVAILABLE = "UNAVAILABLE"
    STOPPING = "STOPPING"
    INTERNAL = "INTERNAL"


RETRYABLE: Final = frozenset(
    {
        ErrorCode.DEADLINE,
        ErrorCode.UNAVAILABLE,
        ErrorCode.STOPPING,
        ErrorCode.TOO_MANY_SUBSCRIPTIONS,
    }
)
"""The codes of requests that may do when they are sent again as they are."""


class Outcome(StrEnum):
    """What became of a request that has no answer, in `extensions.outcome`."""

    NOT_DONE = "NOT_DONE"
    """Nothing was changed."""
    UNKNOWN = "UNKNOWN"
    """A mutation had begun: it may have been done, wholly or in part."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What happened, and what whoever asked can do about it."""

    what: str
    remedy: str


MEANINGS: Final[Mapping[ErrorCode, Meaning]] = {
    ErrorCode.BAD_REQUEST: Meaning(
        "The request, a header, an argument or a condition in a filter cannot be used.",
        "Mend what `extensions.field` names.",
    ),
    ErrorCode.GRAPHQL_PARSE_FAILED: Meaning(
        "The operation is not written in GraphQL.", "Mend it at the line and column given."
    ),
    ErrorCode.GRAPHQL_VALIDATION_FAILED: Meaning(
        "The operation asks for what the schema does not have, or a value does not fit its type.",
        "Mend the operation, or the value at the path in `extensions.field`.",
    ),
    ErrorCode.BAD_PAGE_SIZE: Meaning(
        "A list is asked for a page of no row, or of too many.",
        "Ask for 1 to `extensions.limit` rows and go on with `after`.",
    ),
    ErrorCode.BAD_CURSOR: Meaning(
        "A cursor was not made by this list, or under another filter or order; or a subscription "
        "is to go on from a position that the tenant does not have.",
        "Begin the list anew, without a cursor; read the state anew and subscribe without `after`.",
    ),
    ErrorCode.CURSOR_EXPIRED: Meaning(
        "What follows the position that a subscription is to go on from is too old to be told "
        "again.",
        "Read it from `events`, which has all of it, or read the state anew; then subscribe.",
    ),
    ErrorCode.TOO_COMPLEX: Meaning(
        "The operation is longer, deeper or wider than one request may be.",
        "Split it, or ask for smaller pages.",
    ),
    ErrorCode.PAYLOAD_TOO_LARGE: Meaning(
        "The body has more bytes than the server takes.", "Send the items in several requests."
    ),
    ErrorCode.TENANT_UNKNOWN: Meaning(
        "The header `X-Quorum-Tenant` names no tenant.",
        "Name another; `quorum tenant list` shows them.",
    ),
    ErrorCode.FORBIDDEN: Meaning(
        "The viewer lacks the right in `extensions.right`; or the Host or the Origin of the "
        "request is not one this server answers to.",
        "Ask whoever runs the server for the right, or use one of its addresses.",
    ),
    ErrorCode.TOO_MANY_SUBSCRIPTIONS: Meaning(
        "The server has as many subscriptions, or the connection as many operations, as it may.",
        "End some, or use another server, and try again.",
    ),
    ErrorCode.SUBSCRIBER_TOO_SLOW: Meaning(
        "The subscriber did not read what was sent to it for too long, and was let go.",
        "Subscribe again from the last position that came; ask for fewer events or fields.",
    ),
    ErrorCode.DEADLINE: Meaning(
        "The request did not end in its time. With `extensions.outcome` UNKNOWN a mutation may "
        "have been done all the same.",
        "Ask for less at a time; repeat a mutation with the same idempotency key.",
    ),
    ErrorCode.UNAVAILABLE: Meaning(
        "MongoDB does not answer. With `extensions.outcome` NOT_DONE nothing was changed; with "
        "UNKNOWN a mutation may have been done all the same.",
        "Try again in a moment; repeat a mutation with the same idempotency key.",
    ),
    ErrorCode.STOPPING: Meaning(
        "The server is being stopped: the request came too late or did not end in time. "
        "`extensions.outcome` says whether a mutation may have been done.",
        "Send it again, to another server or in a moment; repeat a mutation with the same "
        "idempotency key.",
    ),
    ErrorCode.INTERNAL: Meaning(
        "A defect of the server; nothing but the request's id is told.",
        "Report `extensions.requestId`: the log has the rest under it.",
    ),
}
