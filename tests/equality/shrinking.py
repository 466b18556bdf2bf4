"""Shrinking: what a difference does not need is dropped from its operation, part by part."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

from graphql import (
    REMOVE,
    ArgumentNode,
    DefinitionNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NameNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from tests.equality.asking import Asked, Both
from tests.equality.operations import names_in

TRIES: Final = 400

_PARTS: Final = (
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ObjectFieldNode,
)
_TYPENAME: Final = FieldNode(
    name=NameNode(value="__typename"), arguments=(), directives=(), alias=None, selection_set=None
)


async def shrunk(
    asked: Asked, both: Both, ask: Callable[[Asked], Awaitable[Both]]
) -> tuple[Asked, Both]:
    """The least of an operation whose answers still differ, and these answers."""
    place = 0
    for _ in range(TRIES):
        text = _without(asked.text, place)
        if text is None:
            break
        names = {definition.variable.name.value for definition in _declared(text, asked.name)}
        variables = {name: value for name, value in asked.variables.items() if name in names}
        smaller = replace(asked, text=text, variables=variables)
        found = await ask(smaller)
        is_as_valid = found.ordinary.answer.was_executed or not both.ordinary.answer.was_executed
        if text != asked.text and found.difference and is_as_valid:
            asked, both = smaller, found
        else:
            place += 1
    return asked, both


class _Dropping(Visitor):
    """Leaves one part of a text out, and puts something where nothing is selected any more."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self._left = place
        self.has_dropped = False

    def enter(self, node: Node, *_: object) -> Any:
        if not isinstance(node, _PARTS) or self.has_dropped:
            return None
        if self._left:
            self._left -= 1
            return None
        self.has_dropped = True
        return REMOVE

    def leave_selection_set(self, node: SelectionSetNode, *_: object) -> Any:
        return None if node.selections else SelectionSetNode(selections=(_TYPENAME,))


def _without(text: str, place: int) -> str | None:
    """The text without its part of this place; None when it has no such part."""
    dropping = _Dropping(place)
    document: DocumentNode = visit(parse(text), dropping)
    return _tidy(document) if dropping.has_dropped else None


def _tidy(document: DocumentNode) -> str:
    """The text without fragments that are not spread and variables that are not used."""
    fragments = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    kept: set[str] = set()
    definitions: list[DefinitionNode] = []
    for each in document.definitions:
        if isinstance(each, OperationDefinitionNode):
            variables, spread = names_in(each.selection_set, fragments)
            kept |= spread
            declared = tuple(
                one
                for one in each.variable_definitions or ()
                if one.variable.name.value in variables
            )
            definitions.append(
                OperationDefinitionNode(
                    operation=each.operation,
                    name=each.name,
                    variable_definitions=declared,
                    directives=(),
                    selection_set=each.selection_set,
                )
            )
    definitions += [each for name, each in fragments.items() if name in kept]
    return print_ast(DocumentNode(definitions=tuple(definitions)))


def _declared(text: str, name: str | None) -> list[Any]:
    return [
        declared
        for each in parse(text).definitions
        if isinstance(each, OperationDefinitionNode)
        and (name is None or (each.name and each.name.value == name))
        for declared in each.variable_definitions or ()
    ]
