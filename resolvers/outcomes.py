"""Refusals that any resolver may give: about ids, names, inputs and races."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NotFound:
    """The tenant has no such thing; `what` is the word a reader knows it by."""

    what: str
    id: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Others kept changing the same thing until the deadline; nothing was stored."""

    what: str
    id: str


@dataclass(frozen=True, slots=True)
class Invalid:
    """An input cannot be accepted: the path of the field, as a client wrote it, and the reason."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class NameTaken:
    """Another of its kind has this name already."""

    name: str
    owner: str
