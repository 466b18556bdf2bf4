"""Operations as a client sends them, on behalf of a context's viewer."""

from typing import Any

from execution.context import Context
from tests.held import executed


async def operate(ctx: Context, query: str, /, **variables: Any) -> Any:
    """The data of an operation that has no errors."""
    result = await executed(ctx, query, variables)
    assert result.errors is None, result.errors
    return result.data


async def mutate(ctx: Context, name: str, selection: str, /, **input: Any) -> Any:
    """What a mutation answers to this input, with its type's name."""
    argument = f"{name[0].upper()}{name[1:]}Input"
    query = (
        f"mutation ($input: {argument}!) {{ {name}(input: $input) "
        f"{{ __typename ... on UserError {{ message }} {selection} }} }}"
    )
    return (await operate(ctx, query, input=input))[name]
