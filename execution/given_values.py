"""Given values: what a client wrote into variables and arguments, held against their types.

The executor would tell the same of variables, but of a one-of input not where it stands, and of
what an argument holds nothing but its place in the text.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import (
    ArgumentNode,
    DocumentNode,
    FloatValueNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    VariableDefinitionNode,
    Visitor,
    is_input_type,
    is_non_null_type,
    type_from_ast,
    validate_input_literal,
    validate_input_value,
    visit,
)

from execution.refusals import CodedError, bad_request, bad_value

Steps = tuple[str | int, ...]

_DEFINITION: Final = "strawberry-definition"
_DIGITS_OF_THE_LARGEST: Final = 308
_INFINITE: Final = "must be a finite number."


def mark_one_ofs(schema: GraphQLSchema) -> None:
    """Tell the executor which inputs take one of their members; strawberry keeps it to itself."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            kind.is_one_of = bool(getattr(kind.extensions.get(_DEFINITION), "is_one_of", False))


def check(
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: Mapping[str, Any] | None,
    operation_name: str | None,
    *,
    is_known: bool = False,
) -> CodedError | None:
    """The first value that does not fit its type, named by its path; None when all fit.

    A path begins with the name of the argument, or of the variable that holds the value.
    Unknown names, types and operations are left to validation. Of a text that is known, what is
    written in it has been found to fit: only the variables are looked at.
    """
    try:
        if not is_known:
            arguments = _Arguments(schema)
            visit(document, TypeInfoVisitor(arguments.types, arguments))
        for each in _declared(document, operation_name):
            _check_variable(schema, each, variables or {})
    except _Found as found:
        return found.refusal
    return None


class _Found(Exception):
    """Ends the walk at the first value that is refused."""

    def __init__(self, refusal: CodedError) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class _Arguments(Visitor):
    """Checks every argument of a document, each fragment once."""

    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.types = TypeInfo(schema)

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        kind = self.types.get_input_type()
        if kind is not None:
            path = (node.name.value,)
            _check_literal(node.value, kind, path)

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> None:
        kind = self.types.get_input_type()
        if kind is not None and node.default_value is not None:
            _check_literal(node.default_value, kind, (node.variable.name.value,))


def _check_literal(value: ValueNode, kind: Any, path: Steps) -> None:
    for steps in _infinite(value, path):
        raise _Found(bad_request(written(steps), _INFINITE))

    def refuse(error: GraphQLError, steps: list[str | int]) -> None:
        raise _Found(bad_value(written((*path, *steps)), error))

    validate_input_literal(value, kind, refuse)


def _check_variable(
    schema: GraphQLSchema, declared: VariableDefinitionNode, variables: Mapping[str, Any]
) -> None:
    kind = type_from_ast(schema, declared.type)
    name = declared.variable.name.value
    if not is_input_type(kind):
        return
    if name not in variables:
        if is_non_null_type(kind) and declared.default_value is None:
            raise _Found(bad_value(name, GraphQLError(f"A value of type {kind} must be given.")))
        return

    def refuse(error: GraphQLError, steps: list[str | int]) -> None:
        raise _Found(bad_value(written((name, *steps)), error))

    validate_input_value(variables[name], kind, refuse)


def _declared(
    document: DocumentNode, operation_name: str | None
) -> tuple[VariableDefinitionNode, ...]:
    """The variables of the operation that will be executed."""
    operations = [
        each
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode)
        and (operation_name is None or (each.name and each.name.value == operation_name))
    ]
    return tuple(operations[0].variable_definitions or ()) if len(operations) == 1 else ()


def _infinite(value: ValueNode, path: Steps) -> Iterator[Steps]:
    """Where a literal holds a number too large for a figure."""
    match value:
        case FloatValueNode():
            if math.isinf(float(value.value)):
                yield path
        case IntValueNode():
            if len(value.value) > _DIGITS_OF_THE_LARGEST and math.isinf(float(value.value)):
                yield path
        case ListValueNode():
            for place, each in enumerate(value.values):
                yield from _infinite(each, (*path, place))
        case ObjectValueNode():
            for part in value.fields:
                yield from _infinite(part.value, (*path, part.name.value))


def written(path: Steps) -> str:
    """A path as clients write it, such as `input.roles[0].condition`."""
    first, *rest = path
    return str(first) + "".join(
        f"[{step}]" if isinstance(step, int) else f".{step}" for step in rest
    )
