"""Idempotency keys: a command that carries one is done once, and its answer is given again."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

KEPT: Final = timedelta(hours=24)
ABANDONED: Final = timedelta(minutes=1)  # a command without an answer is at work no more
MOST_KEPT: Final = 1_000  # answers that one group keeps at a time
KEY_LENGTH: Final = 255


@dataclass(frozen=True, slots=True)
class KeyedCommand:
    """A command whose sender may repeat it: the key counts per actor and mutation.

    `input_hash` tells whether a repeat asks for the same.
    """

    actor: str
    mutation: str
    key: str
    input_hash: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a keyed command was answered, and when."""

    command: KeyedCommand
    at: datetime
    answer: Any


@dataclass(frozen=True, slots=True)
class KeyReused:
    """The key stands for a command that asked for something else."""


def input_hash(given: object) -> str:
    """A hash of what a command asks for, given as lists, mappings, texts, numbers and None."""
    text = json.dumps(given, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def standing(answers: Sequence[KeptAnswer], now: datetime) -> list[KeptAnswer]:
    """The answers that are not yet a day old."""
    return [each for each in answers if now - each.at < KEPT]


def answered(answers: Sequence[KeptAnswer], command: KeyedCommand) -> KeptAnswer | KeyReused | None:
    """The answer this command was given before, or None when its key is new."""
    for each in answers:
        theirs = each.command
        if (theirs.actor, theirs.mutation, theirs.key) == (
            command.actor,
            command.mutation,
            command.key,
        ):
            return each if theirs.input_hash == command.input_hash else KeyReused()
    return None
