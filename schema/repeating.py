"""Repeated mutations: an idempotency key for every input, and the answer it had the first time."""

import asyncio
import dataclasses
import functools
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from enum import Enum
from typing import Any, Final

import strawberry

import resolvers.repeating
from domain.idempotency import ABANDONED, KeyedCommand
from execution.context import Context, Right
from execution.sources import Document, Sourced
from schema.errors import UserError, refusal_of
from schema.info import Info
from store.deployment import StoreFailure

WAIT_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 0.05
_REFUSAL: Final = "__refusal"

Recalled = Callable[[Document, Any], Any]
"""What a command answers that was done, by its first event and its input."""


def _refused(event: Document, input: Any) -> Any:
    return refusal_of(resolvers.repeating.DONE)


def done_in_parts(event: Document, input: Any) -> Any:
    """Of a command with many parts its event tells of one: the others are done anew with it."""
    return None


@strawberry.input
class Repeatable:
    """What every command takes that its sender may have to send again."""

    idempotency_key: str | None = strawberry.field(
        default=None,
        description="A key of the sender's own, at most 255 characters, new for every command. For "
        "24 hours the same actor's same command with the same key is answered as it was the first "
        "time, and not done again; with other input it is refused.",
    )


def once(
    resolver: Callable[..., Awaitable[Any]],
    right: Right | Callable[[Any], Right],
    told_by: Recalled = _refused,
) -> Callable[..., Awaitable[Any]]:
    """The mutation, done once for each key; only a success is kept, a refusal has done nothing.

    `right` is what it asks for, or tells that from the input. Where it was done and its answer was
    lost, `told_by` gives the answer by its first event and the input, or None: then it may have
    been done in part, and is done anew.
    """
    name = _camel(resolver.__name__)

    @functools.wraps(resolver)
    async def resolve(info: Info, input: Any = None) -> Any:
        ctx = info.context
        ctx.viewer.require(right if isinstance(right, Right) else right(input))
        key = input.idempotency_key if input else None
        command = resolvers.repeating.keyed(ctx, name, key, _plain(input))
        if command is None:
            return await resolver(info=info, input=input)
        if not isinstance(command, KeyedCommand):
            return refusal_of(command)
        known = await _claimed(ctx, command, lambda event: told_by(event, input))
        return known if known is not None else await _do(ctx, command, resolver, info, input)

    return resolve


async def _claimed(ctx: Context, command: KeyedCommand, recalled: Callable[[Document], Any]) -> Any:
    """None once the key is this request's; else the answer, or why there is none."""
    keys = ctx.stores.key_claims
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    while not await keys.claim(command, ctx.now()):
        taken = await keys.taken(command)
        if taken is None:
            continue
        if taken["input_hash"] != command.input_hash:
            return refusal_of(resolvers.repeating.REUSED)
        if "answer" in taken:
            return _unpacked(taken["answer"])
        if "is_abandoned" in taken or ctx.now() - taken["at"] > ABANDONED:
            if await keys.take_over(command, taken, ctx.now()):
                return await _lost(ctx, command, recalled)
        elif asyncio.get_running_loop().time() > deadline:
            return refusal_of(resolvers.repeating.AT_WORK)
        await asyncio.sleep(_PAUSE_SECONDS)
    return None


async def _lost(ctx: Context, command: KeyedCommand, recalled: Callable[[Document], Any]) -> Any:
    """The lost answer of a command that was done; None when it is still to be done."""
    try:
        event = await ctx.stores.key_claims.done(command)
        answer = None if event is None else recalled(event)
        if answer is not None:
            await _settle(ctx, command, answer)
    except Exception:
        await _abandon(ctx, command)
        raise
    return answer


async def _do(
    ctx: Context,
    command: KeyedCommand,
    resolver: Callable[..., Awaitable[Any]],
    info: Info,
    input: Any,
) -> Any:
    ctx.command = ctx.stores.key_claims.name_of(command)
    try:
        answer = await resolver(info=info, input=input)
        await _settle(ctx, command, answer)
    except Exception:
        await _abandon(ctx, command)
        raise
    finally:
        ctx.command = None
    return answer


async def _abandon(ctx: Context, command: KeyedCommand) -> None:
    """After an error the command may have been done all the same: whoever repeats it looks."""
    with suppress(StoreFailure):  # then it is found to be abandoned after a minute
        await ctx.stores.key_claims.abandon(command)


async def _settle(ctx: Context, command: KeyedCommand, answer: Any) -> None:
    if not isinstance(answer, UserError):
        kept = {"type": type(answer).__name__, "document": _packed(answer.document)}
        await ctx.stores.key_claims.keep(command, kept)
    elif answer != refusal_of(resolvers.repeating.DONE):
        await ctx.stores.key_claims.let_go(command)
    else:
        await ctx.stores.key_claims.abandon(command)


def _packed(value: Any) -> Any:
    """A part of an answer as it can be stored; refusals of single items keep their type."""
    if isinstance(value, UserError):
        given = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return {_REFUSAL: type(value).__name__, **given}
    if isinstance(value, Mapping):
        return {key: _packed(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_packed(part) for part in value]
    return value


def _unpacked(answer: Mapping[str, Any]) -> Any:
    return _named(Sourced, answer["type"]).of(_restored(answer["document"]))


def _restored(value: Any) -> Any:
    if isinstance(value, Mapping):
        parts = {key: _restored(part) for key, part in value.items()}
        kind = parts.pop(_REFUSAL, None)
        return parts if kind is None else _named(UserError, kind)(**parts)
    return [_restored(part) for part in value] if isinstance(value, list) else value


def _named(root: type[Any], name: str) -> type[Any]:
    """The type of this name below another."""
    below = [root]
    while below:
        kind = below.pop()
        if kind.__name__ == name:
            return kind
        below += kind.__subclasses__()
    raise LookupError(name)


def _plain(value: Any) -> Any:
    """An input as lists, mappings and texts, without what was not given and without its key."""
    if dataclasses.is_dataclass(value):
        parts = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        parts.pop("idempotency_key", None)
        return {k: _plain(part) for k, part in parts.items() if part is not strawberry.UNSET}
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Enum):
        return value.name
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
