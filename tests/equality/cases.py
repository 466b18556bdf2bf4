"""Cases: each operation is asked several times, of other data, by others, with other values."""

from collections.abc import AsyncIterator, Iterator, Mapping
from random import Random
from typing import Any, Final

from graphql import GraphQLSchema, Undefined

from execution.context import Right
from tests.equality.asking import Asked, Asking, Both
from tests.equality.data import World
from tests.equality.operations import Operation, a_mutation, an_operation
from tests.equality.values import Values, Variable, given

SIZES: Final = (None, None, 12, 5, 2)
REFUSED: Final = ("TOO_COMPLEX", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED")
EVERYBODY: Final[tuple[tuple[Right, ...], ...]] = (
    (),
    (Right.READ,),
    (Right.READ, Right.EDIT_GROUPS),
    (Right.EDIT_DATA,),
)


async def cases(
    asking: Asking, schema: GraphQLSchema, worlds: list[World], seed: int
) -> AsyncIterator[tuple[Asked, Both]]:
    """The cases of a seed, carried out; a text that asks for too much is made anew, smaller."""
    random = Random(seed)
    world = random.choice(worlds)
    for size in SIZES:
        introspects = random.random() < 0.03
        operation = an_operation(
            schema, random.getrandbits(32), world.vocabulary, size=size, introspects=introspects
        )
        variables = _sent(operation, world, random)
        asked = Asked(world.tenant, (Right.ADMIN,), operation.text, operation.name, variables)
        both = await asking.both(asked)
        yield asked, both
        if not both.ordinary.answer.was_executed and both.ordinary.answer.code in REFUSED:
            continue
        async for case in _further(asking, worlds, world, operation, both, random):
            yield case
        return


def a_change(schema: GraphQLSchema, world: World, seed: int) -> Asked:
    """The mutation of a seed, with values for its variables."""
    random = Random(seed)
    operation = a_mutation(schema, random.getrandbits(32), world.vocabulary)
    variables = _sent(operation, world, random)
    return Asked(world.tenant, (Right.ADMIN,), operation.text, None, variables)


async def _further(
    asking: Asking,
    worlds: list[World],
    world: World,
    operation: Operation,
    first: Both,
    random: Random,
) -> AsyncIterator[tuple[Asked, Both]]:
    """The same text with other values and pages, in another world, and by others."""
    text, name = operation.text, operation.name
    variables = _sent(operation, world, random)
    variables |= _cursors(operation, first.ordinary.body.get("data"), random)
    elsewhere = random.choice(worlds)
    them = random.choice(EVERYBODY)
    for asked in (
        Asked(world.tenant, (Right.ADMIN,), text, name, variables),
        Asked(elsewhere.tenant, (Right.ADMIN,), text, name, elsewhere.own(variables)),
        Asked(elsewhere.tenant, (Right.READ,), text, name, _sent(operation, world, random)),
        Asked(world.tenant, them, text, name, variables),
    ):
        yield asked, await asking.both(asked)


def _sent(operation: Operation, world: World, random: Random) -> dict[str, Any]:
    values = Values(random, world.vocabulary, 0.0)
    found = {each.name: given(each, values, random) for each in operation.variables}
    return {name: value for name, value in found.items() if value is not Undefined}


def _cursors(operation: Operation, data: Any, random: Random) -> Mapping[str, str]:
    """Cursors of an answer, for the variables that ask for a page behind one."""
    found: dict[str, str] = {}
    for variable in operation.variables:
        path = _path(variable)
        cursors = [each for part in _at(data, path) for each in _cursors_in(part)] if path else []
        if cursors:
            found[variable.name] = random.choice(cursors)
    return found


def _path(variable: Variable) -> list[str]:
    first, *path = variable.hint.split(".")
    return path if first == "after" else []


def _at(value: Any, path: list[str]) -> Iterator[Any]:
    """What stands under keys of an answer, whatever lists lie between them."""
    if isinstance(value, list):
        for each in value:
            yield from _at(each, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _at(value[path[0]], path[1:])


def _cursors_in(connection: Any) -> Iterator[str]:
    """Texts of a page that are long enough for cursors, its own and of its rows."""
    if not isinstance(connection, Mapping):
        return
    for part in connection.values():
        for row in part if isinstance(part, list) else [part]:
            if isinstance(row, Mapping):
                texts = [each for each in row.values() if isinstance(each, str) and len(each) > 30]
                yield from (each for each in texts if " " not in each)
