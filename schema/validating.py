"""Validating: the rules that a text has to keep before anything of it is executed."""

from collections.abc import Iterable
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLSchema,
    ObjectValueNode,
    OperationDefinitionNode,
    ValidationRule,
    VariableNode,
    get_named_type,
    is_input_object_type,
    is_non_null_type,
    type_from_ast,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule


class _WrittenOneOf(OneOfInputValidationRule):
    """Looks at what is written in an input that takes one of its members.

    Variables have a rule of their own: strawberry's knows none that is declared further down.
    """

    def validate_one_of(self, node: ObjectValueNode, type: GraphQLNamedType) -> None:
        values = [field.value for field in node.fields]
        if len(values) != 1 or not isinstance(values[0], VariableNode):
            super().validate_one_of(node, type)


class _GivenOneOf(ValidationRule):
    """No variable that may be null is the one member of an input, in any operation.

    GraphQL-core's own rule tells so of an input that may be null itself.
    """

    def leave_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        declared = {each.variable.name.value: each for each in node.variable_definitions or ()}
        for usage in self.context.get_recursive_variable_usages(node):
            name, parent = usage.node.name.value, get_named_type(usage.parent_type)
            if is_input_object_type(usage.parent_type) or not is_input_object_type(parent):
                continue
            if not parent.is_one_of or name not in declared:
                continue
            given = type_from_ast(self.context.schema, declared[name].type)
            if given is not None and not is_non_null_type(given):
                message = (
                    f"Variable '${name}' is of type '{given}' but must be non-nullable to be used "
                    f"for OneOf Input Object '{parent}'."
                )
                self.report_error(GraphQLError(message, [declared[name], usage.node]))


def faults(
    schema: GraphQLSchema, document: DocumentNode, rules: Iterable[type[Any]]
) -> list[GraphQLError]:
    """What is wrong with a text by these rules, and by those of inputs that strawberry knows."""
    own: tuple[type[ASTValidationRule], ...] = (MaybeNullValidationRule, _WrittenOneOf, _GivenOneOf)
    return validate(schema, document, (*rules, *own))
