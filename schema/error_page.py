"""The page of errors: every code and every refusal of the schema, written as Markdown."""

from collections.abc import Iterable, Iterator
from typing import Final

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

from execution.error_codes import MEANINGS

_INTRODUCTION: Final = """\
# Errors

What Quorum can answer instead of what was asked for. There are two kinds:

* A **refusal** is something the sender can mend. It is a member of the field's result, a type of
  its own that implements `UserError`, so it always has a `message` for people. A mutation that is
  refused as a whole has done nothing. Commands about many items refuse single items in the outcome
  of the item, and do the others.
* An **error** stands in `errors` beside the data and has a code in `extensions.code`.

This page is written from the schema by `scripts/export-errors`; a test fails when it is stale.
"""


def error_page(schema: GraphQLSchema) -> str:
    """The page for a schema: codes, refusals with their fields, and refusals by field."""
    refusals = _refusals(schema)
    results = _results(schema)
    parts = [
        _INTRODUCTION,
        "## Codes\n\n" + _table(("code", "what happened", "what to do"), _codes()),
        "## Refusals\n\n" + "\n\n".join(_refusal(kind, results) for kind in refusals),
        "## Refusals by field\n\n" + _table(("field", "refusals"), _by_field(results)),
    ]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _codes() -> Iterator[tuple[str, ...]]:
    for code, meaning in sorted(MEANINGS.items()):
        yield f"`{code}`", meaning.what, meaning.remedy


def _refusals(schema: GraphQLSchema) -> list[GraphQLObjectType]:
    interface = schema.get_type("UserError")
    return sorted(
        (
            kind
            for kind in schema.type_map.values()
            if isinstance(kind, GraphQLObjectType) and interface in kind.interfaces
        ),
        key=lambda kind: kind.name,
    )


def _results(schema: GraphQLSchema) -> dict[str, list[str]]:
    """The refusals in the result of each mutation, and of each query that has any, by its name."""
    refusals = {kind.name for kind in _refusals(schema)}
    mutations = schema.mutation_type.fields if schema.mutation_type else {}
    queries = schema.query_type.fields if schema.query_type else {}
    both = sorted({**queries, **mutations}.items())
    found = {name: sorted(refusals & set(_members(field))) for name, field in both}
    return {name: members for name, members in found.items() if members or name in mutations}


def _members(field: GraphQLField) -> list[str]:
    kind = get_named_type(field.type)
    return [each.name for each in kind.types] if isinstance(kind, GraphQLUnionType) else []


def _refusal(kind: GraphQLObjectType, results: dict[str, list[str]]) -> str:
    own = [(name, field) for name, field in kind.fields.items() if name != "message"]
    fields = [f"* `{name}: {field.type}`: {field.description}" for name, field in own]
    whole = [f"`{name}`" for name, refusals in results.items() if kind.name in refusals]
    where = f"Refuses: {', '.join(whole)}." if whole else "Refuses single items or people only."
    return "\n".join([f"### {kind.name}", "", f"{kind.description} {where}", "", *fields]).rstrip()


def _by_field(results: dict[str, list[str]]) -> Iterator[tuple[str, ...]]:
    for name, refusals in results.items():
        yield f"`{name}`", ", ".join(f"[{each}](#{each.lower()})" for each in refusals) or "none"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
