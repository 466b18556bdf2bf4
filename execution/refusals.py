"""Refusals of a read: top-level errors that carry a code and name what is wrong."""

from collections.abc import Collection
from typing import Final

from graphql import GraphQLError, Node

from execution.error_codes import ErrorCode

LARGEST_PAGE: Final = 100
DEFAULT_PAGE: Final = 25


class CodedError(GraphQLError):
    """An error the client can act on: its message is shown as it is, with its code."""

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        nodes: Collection[Node] | None = None,
        **details: object,
    ) -> None:
        super().__init__(message, nodes, extensions={"code": code, **details})


def bad_request(field: str, reason: str) -> CodedError:
    """An argument cannot be used: its path, as the client wrote it, and why."""
    return CodedError(ErrorCode.BAD_REQUEST, f"{field} {reason}", field=field)


def bad_condition(field: str, reason: str) -> CodedError:
    """A condition cannot be run: the path of its bad node, and a sentence about it."""
    return CodedError(ErrorCode.BAD_REQUEST, f"{field}: {reason}", field=field)


def bad_value(field: str, error: GraphQLError) -> CodedError:
    """A value does not fit its type: its path, and what the type says about it."""
    message = f"{field}: {error.message}"
    return CodedError(ErrorCode.GRAPHQL_VALIDATION_FAILED, message, nodes=error.nodes, field=field)


def bad_page_size(field: str, size: int) -> CodedError:
    """A page is asked for that nobody may have."""
    message = f"{field} must be 1 to {LARGEST_PAGE}, not {size}."
    return CodedError(ErrorCode.BAD_PAGE_SIZE, message, field=field, limit=LARGEST_PAGE)


def bad_cursor(field: str = "after") -> CodedError:
    """The cursor is none of ours, or comes from a list with another filter or order."""
    message = f"{field} is no cursor of this list with this filter and order."
    return CodedError(ErrorCode.BAD_CURSOR, message, field=field)


def too_complex(message: str, limit: int) -> CodedError:
    """The operation asks for more than one request may."""
    return CodedError(ErrorCode.TOO_COMPLEX, message, limit=limit)


def overdue(seconds: float) -> CodedError:
    """The operation did not end in its time."""
    message = f"The request took longer than {seconds:g} seconds; ask for less at a time."
    return CodedError(ErrorCode.DEADLINE, message, limit=seconds)
