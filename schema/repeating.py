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
from execution.sources import Sourced
from schema.errors import UserError, refusal_of
from schema.info import Info
from store.deployment import StoreFailure

WAIT_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 0.05
_REFUSAL: Final = "__refusal"


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
    resolver: Callable[..., Awaitable[Any]], right: Right | Callable[[Any], Right]
) -> Callable[..., Awaitable[Any]]:
    """The mutation, done once for each key; only a success is kept, a refusal has done nothing.

    `right` is what it asks for, or tells that from the input.
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
        known = await _claimed(ctx, command)
        return known if known is not None else await _do(ctx, command, resolver, info, input)

    return resolve


async def _claimed(ctx: Context, command: KeyedCommand) -> Any:
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
        if ctx.now() - taken["at"] > ABANDONED:
            if await keys.take_over(command, taken["at"], ctx.now()):
                return None
        elif asyncio.get_running_loop().time() > deadline:
            return refusal_of(resolvers.repeating.AT_WORK)
        await asyncio.sleep(_PAUSE_SECONDS)
    return None


async def _do(
    ctx: Context,
    command: KeyedCommand,
    resolver: Callable[..., Awaitable[Any]],
    info: Info,
    input: Any,
) -> Any:
    keys = ctx.stores.key_claims
    try:
        answer = await resolver(info=info, input=input)
    except Exception:
        with suppress(StoreFailure):  # what kept the command from its end is to be told, not this
            await keys.let_go(command)
        raise
    if isinstance(answer, UserError):
        await keys.let_go(command)
    else:
        await keys.keep(
            command, {"type": type(answer).__name__, "document": _packed(answer.document)}
        )
    return answer


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
