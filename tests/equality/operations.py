"""Operations: random valid queries over the whole schema, each made of its seed alone.

They have what a text may hold: aliases, the same field twice, arguments, variables of every kind,
fragments that are named, nested, spread twice and overlapping, directives, and several operations.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, cast

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLBoolean,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    Undefined,
    VariableNode,
    Visitor,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    print_ast,
    visit,
)

from tests.equality.values import Values, Variable, Vocabulary

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType

FAVOURITES: Final[Mapping[str, int]] = {
    "buyingGroups": 14,
    "buyingGroup": 6,
    "people": 8,
    "accounts": 8,
    "person": 4,
    "account": 4,
    "nodes": 4,
    "node": 3,
}
ALIASES: Final = (
    "class", "def", "None", "self", "document", "data", "errors", "_id", "x", "lambda", "name",
    "id", "nodes", "key", "rows", "value", "__mine", "pageInfo", "a", "b", "context", "within",
)  # fmt: skip
CHANGES: Final = (
    "updateBuyingGroupStatus", "assignMembers", "changeMemberRoles", "releaseMembers",
    "removeMembers", "moveBuyingGroupStage", "createRole", "createPersona", "createBuyingGroup",
    "saveView", "upsertAccounts", "upsertPeople", "markActivities", "createAccountAudience",
    "startScoringJob", "deletePerson",
)  # fmt: skip
_SECRET: Final = ("createWebhookEndpoint", "rotateWebhookSecret")
_OFTEN: Final = {"first": 0.8, "filter": 0.15}
_OFTEN_AT_THE_ROOT: Final = {"first": 0.4, "filter": 0.25, "view": 0.08}
ROWS: Final = ("nodes", "nodes", "nodes", "edges", "edges")


@dataclass(frozen=True, slots=True)
class Operation:
    """A text, which of its operations is meant, and the variables of that one."""

    text: str
    name: str | None
    variables: Sequence[Variable]


@dataclass(slots=True)
class _Key:
    """What stands under one key of an object: which field, with which arguments, selecting what."""

    field_name: str
    arguments: str
    type_: str
    node: FieldNode
    below: "_Scope"


@dataclass(slots=True)
class _Scope:
    """All keys of one object, whichever fragments select them."""

    keys: dict[str, _Key] = field(default_factory=dict)

    def takes(self, other: "_Scope") -> bool:
        """Whether all that the other selects may be selected here too."""
        return all(
            key not in self.keys or _may_merge(self.keys[key], found)
            for key, found in other.keys.items()
        )

    def merge(self, other: "_Scope") -> None:
        for key, found in other.keys.items():
            if key in self.keys:
                self.keys[key].below.merge(found.below)
            else:
                self.keys[key] = found


def _may_merge(one: _Key, other: _Key) -> bool:
    is_same = (one.field_name, one.arguments, one.type_) == (
        other.field_name,
        other.arguments,
        other.type_,
    )
    return is_same and one.below.takes(other.below)


@dataclass(frozen=True, slots=True)
class _Fragment:
    definition: FragmentDefinitionNode
    on: Composite
    scope: _Scope


def an_operation(
    schema: GraphQLSchema,
    seed: int,
    vocabulary: Vocabulary,
    *,
    size: int | None = None,
    introspects: bool = False,
) -> Operation:
    """The operation of a seed: about `size` fields, by default any number from 2 to 60."""
    random = Random(seed)
    fields = size or random.choice((3, 6, 10, 15, 20, 30, 40, 60))
    return _Writer(schema, random, vocabulary, introspects).operation(fields)


def a_mutation(schema: GraphQLSchema, seed: int, vocabulary: Vocabulary) -> Operation:
    """The mutation of a seed: one or two changes, of whose results something is selected."""
    random = Random(seed)
    return _Writer(schema, random, vocabulary, introspects=False).mutation()


class _Writer:
    """Writes one document."""

    def __init__(
        self, schema: GraphQLSchema, random: Random, vocabulary: Vocabulary, introspects: bool
    ) -> None:
        self._schema = schema
        self._random = random
        self._introspects = introspects
        self._values = Values(random, vocabulary, random.choice((0.0, 0.15, 0.35, 0.7)))
        self._directives = random.choice((0.0, 0.05, 0.2))
        self._repeats = random.choice((0.02, 0.1, 0.25))
        self._fragment_share = random.choice((0.0, 0.12, 0.3))
        self._deepest = random.choice((3, 4, 6, 8, 11))
        self._fragments: list[_Fragment] = []
        self._count = 0
        self._budget = 0
        self._lists = 0
        self._path: list[str] = []

    def operation(self, size: int) -> Operation:
        names = self._random.choice(([None], [None], ["Asked"], ["Asked"], ["A", "B"]))
        made: list[tuple[str | None, SelectionSetNode]] = []
        for name in names:
            self._budget = size if name != "B" else max(size // 4, 2)
            made.append((name, self._root()))
        definitions: list[Any] = [self._definition(name, chosen) for name, chosen in made]
        spread = {name for _, chosen in made for name in names_in(chosen, self._defined)[1]}
        definitions += [each for name, each in self._defined.items() if name in spread]
        self._random.shuffle(definitions)
        asked, chosen = self._random.choice(made)
        text = print_ast(DocumentNode(definitions=tuple(definitions)))
        return Operation(text, asked if len(made) > 1 else None, self._used(chosen))

    def mutation(self) -> Operation:
        mutation = self._schema.mutation_type
        assert mutation is not None
        names = [name for name in mutation.fields if name not in _SECRET]
        weights = [8 if name in CHANGES else 1 for name in names]
        parts: list[SelectionNode] = []
        scope = _Scope()
        for name in self._random.choices(names, weights, k=self._random.choice((1, 1, 2))):
            self._budget = self._random.choice((4, 10, 20))
            part = self._field(mutation, name, scope, 0)
            parts += [part] if part else []
        chosen = SelectionSetNode(selections=tuple(parts or [self._typename(scope)]))
        definition = self._definition(None, chosen, OperationType.MUTATION)
        used = names_in(chosen, self._defined)[1]
        fragments = [each for name, each in self._defined.items() if name in used]
        text = print_ast(DocumentNode(definitions=(definition, *fragments)))
        return Operation(text, None, self._used(chosen))

    def _definition(
        self,
        name: str | None,
        chosen: SelectionSetNode,
        kind: OperationType = OperationType.QUERY,
    ) -> OperationDefinitionNode:
        variables = self._used(chosen)
        return OperationDefinitionNode(
            operation=kind,
            name=NameNode(value=name) if name else None,
            variable_definitions=tuple(each.definition for each in variables),
            directives=(),
            selection_set=chosen,
        )

    def _used(self, chosen: SelectionSetNode) -> list[Variable]:
        """The variables that an operation has to declare."""
        names, _ = names_in(chosen, self._defined)
        return [each for name, each in self._values.variables.items() if name in names]

    @property
    def _defined(self) -> dict[str, FragmentDefinitionNode]:
        return {each.definition.name.value: each.definition for each in self._fragments}

    def _root(self) -> SelectionSetNode:
        query = self._schema.query_type
        assert query is not None
        scope = _Scope()
        parts: list[SelectionNode] = []
        weights = [FAVOURITES.get(name, 1) for name in query.fields]
        count = self._random.choice((1, 1, 1, 2, 2, 3, 4))
        share = max(self._budget // count, 2)
        for name in self._random.choices(list(query.fields), weights, k=count):
            self._budget = share
            part = self._field(query, name, scope, 0)
            if part is None:
                continue
            wrapped: SelectionNode = part
            if self._random.random() < self._fragment_share / 2:
                wrapped = self._inline(query, query, [part])
            parts.append(wrapped)
        if self._introspects:
            parts.append(_introspection(self._random))
        if not parts or self._random.random() < 0.1:
            parts.append(self._typename(scope))
        if self._random.random() < self._fragment_share / 2:
            self._budget = share
            parts += self._new_fragment(query, scope, 0)
        return SelectionSetNode(selections=tuple(parts))

    def _selection(self, type_: Composite, scope: _Scope, depth: int) -> SelectionSetNode:
        """What is selected of an object of this type."""
        parts: list[SelectionNode] = []
        count = self._random.choice((1, 2, 2, 3, 3, 4, 5))
        while len(parts) < count and (not parts or self._budget > 0):
            found = self._part(type_, scope, depth)
            if not found:
                break
            parts += found
        if not parts:
            parts.append(self._typename(scope))
        return SelectionSetNode(selections=tuple(parts))

    def _part(self, type_: Composite, scope: _Scope, depth: int) -> list[SelectionNode]:
        random = self._random
        roll = random.random()
        if roll < 0.08:
            return [self._typename(scope)]
        if roll < 0.08 + self._fragment_share and depth < self._deepest:
            return self._fragment(type_, scope, depth)
        if isinstance(type_, GraphQLUnionType):
            return self._on_member(type_, scope, depth)
        if type_.name == "Node" and random.random() < 0.8:
            return self._on_member(type_, scope, depth)
        if scope.keys and random.random() < self._repeats:
            again = self._again(type_, scope, depth)
            return [again] if again else []
        name = self._pick(type_, depth)
        part = self._field(type_, name, scope, depth) if name else None
        return [part] if part else []

    def _pick(self, type_: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str | None:
        """The name of a field; deep down, or when enough is selected, of one without fields."""
        fields = type_.fields
        if "pageInfo" in fields and depth < self._deepest and self._random.random() < 0.8:
            return self._random.choice(ROWS)
        is_enough = depth >= self._deepest or self._budget <= 1
        names = [
            name
            for name, known in fields.items()
            if not (is_enough and is_composite_type(get_named_type(known.type)))
            and not (_is_list_of_rows(known) and self._lists >= 3)
        ]
        return self._random.choice(names) if names else None

    def _field(
        self,
        type_: GraphQLObjectType | GraphQLInterfaceType,
        name: str,
        scope: _Scope,
        depth: int,
    ) -> FieldNode | None:
        known = type_.fields[name]
        self._budget -= 1
        alias = self._random.choice(ALIASES) if self._random.random() < 0.15 else None
        self._path.append(alias or name)
        arguments = self._arguments(known, name, depth)
        self._path.pop()
        key = alias or name
        written = _plain(arguments)
        if key in scope.keys:
            there = scope.keys[key]
            if (there.field_name, there.arguments, there.type_) != (name, written, str(known.type)):
                self._count += 1
                key = alias = f"{name}{self._count}"
        below = scope.keys[key].below if key in scope.keys else _Scope()
        self._path.append(key)
        self._lists += _is_list_of_rows(known)
        chosen = self._below(known, below, depth)
        self._lists -= _is_list_of_rows(known)
        self._path.pop()
        node = FieldNode(
            name=NameNode(value=name),
            alias=NameNode(value=alias) if alias and alias != name else None,
            arguments=arguments,
            directives=self._conditions(),
            selection_set=chosen,
        )
        if key in scope.keys and scope.keys[key].field_name != name:
            return None
        scope.keys.setdefault(key, _Key(name, written, str(known.type), node, below))
        return node

    def _below(self, known: GraphQLField, scope: _Scope, depth: int) -> SelectionSetNode | None:
        inner = get_named_type(known.type)
        if is_leaf_type(inner):
            return None
        return self._selection(cast(Composite, inner), scope, depth + 1)

    def _again(
        self, type_: GraphQLObjectType | GraphQLInterfaceType, scope: _Scope, depth: int
    ) -> FieldNode | None:
        """A field that is selected already, selected once more under the same key."""
        key = self._random.choice(list(scope.keys))
        there = scope.keys[key]
        known = type_.fields.get(there.field_name)
        if known is None or str(known.type) != there.type_:
            return None
        if there.arguments and not _takes(known, there.node):
            return None
        self._budget -= 1
        self._path.append(key)
        chosen = self._below(known, there.below, depth)
        self._path.pop()
        return FieldNode(
            name=there.node.name,
            alias=there.node.alias,
            arguments=there.node.arguments,
            directives=self._conditions(),
            selection_set=chosen,
        )

    def _arguments(self, known: GraphQLField, name: str, depth: int) -> tuple[ArgumentNode, ...]:
        random = self._random
        made: list[ArgumentNode] = []
        args = list(known.args.items())
        random.shuffle(args)
        for argument, declared in args:
            has_default = declared.default_value is not Undefined
            is_required = isinstance(declared.type, GraphQLNonNull) and not has_default
            often = _OFTEN.get(argument, 0.3) if depth else _OFTEN_AT_THE_ROOT.get(argument, 0.3)
            if not is_required and random.random() > often:
                continue
            hint = argument if argument in ("first", "after") else f"{name} {argument}"
            if argument == "after" and random.random() < 0.8:
                hint = ".".join(("after", *self._path))
                value = self._values.variable(declared.type, hint, has_default=True)
            else:
                value = self._values.written(declared.type, hint, has_default=has_default)
            made.append(ArgumentNode(name=NameNode(value=argument), value=value))
        return tuple(made)

    def _conditions(self) -> tuple[DirectiveNode, ...]:
        """Directives that include or skip, now and then."""
        random = self._random
        if random.random() > self._directives:
            return ()
        names = random.choice((["include"], ["skip"], ["include", "skip"], ["skip", "include"]))
        return tuple(self._condition(name) for name in names)

    def _condition(self, name: str) -> DirectiveNode:
        value: Any
        if self._random.random() < 0.5:
            value = self._values.variable(GraphQLNonNull(GraphQLBoolean), name)
        else:
            value = BooleanValueNode(value=(name == "include") ^ (self._random.random() < 0.25))
        argument = ArgumentNode(name=NameNode(value="if"), value=value)
        return DirectiveNode(name=NameNode(value=name), arguments=(argument,))

    def _typename(self, scope: _Scope) -> FieldNode:
        key = self._random.choice(("__typename", "__typename", "__typename", "kind"))
        found = scope.keys.get(key)
        if found is not None and found.field_name != "__typename":
            key = "__typename"
        node = FieldNode(
            name=NameNode(value="__typename"),
            alias=NameNode(value=key) if key != "__typename" else None,
            arguments=(),
            directives=self._conditions(),
            selection_set=None,
        )
        scope.keys.setdefault(key, _Key("__typename", "", "String!", node, _Scope()))
        return node

    def _fragment(self, type_: Composite, scope: _Scope, depth: int) -> list[SelectionNode]:
        roll = self._random.random()
        if roll < 0.4:
            on = self._random.choice(self._overlapping(type_))
            return [self._inline_new(type_, on, scope, depth)]
        if roll < 0.7:
            return self._new_fragment(type_, scope, depth)
        return self._known_fragment(type_, scope)

    def _on_member(self, type_: Composite, scope: _Scope, depth: int) -> list[SelectionNode]:
        members = list(self._schema.get_possible_types(cast(Any, type_)))
        on = self._random.choice((members[0], self._random.choice(members)))
        return [self._inline_new(type_, on, scope, depth)]

    def _inline_new(
        self, type_: Composite, on: Composite, scope: _Scope, depth: int
    ) -> InlineFragmentNode:
        return self._inline(type_, on, self._selection(on, scope, depth).selections)

    def _inline(
        self, type_: Composite, on: Composite, parts: Iterable[SelectionNode]
    ) -> InlineFragmentNode:
        is_bare = on is type_ and self._random.random() < 0.5
        return InlineFragmentNode(
            type_condition=None if is_bare else _named(on),
            directives=self._conditions(),
            selection_set=SelectionSetNode(selections=tuple(parts)),
        )

    def _new_fragment(self, type_: Composite, scope: _Scope, depth: int) -> list[SelectionNode]:
        on = self._random.choice(self._overlapping(type_))
        own = _Scope()
        chosen = self._selection(on, own, depth)
        if not scope.takes(own):
            return []
        self._count += 1
        name = f"F{self._count}"
        definition = FragmentDefinitionNode(
            name=NameNode(value=name),
            type_condition=_named(on),
            variable_definitions=(),
            directives=(),
            selection_set=chosen,
        )
        made = _Fragment(definition, on, own)
        self._fragments.append(made)
        scope.merge(own)
        return [self._spread(made)]

    def _known_fragment(self, type_: Composite, scope: _Scope) -> list[SelectionNode]:
        """A fragment that is there already, spread once more."""
        on = {each.name for each in self._overlapping(type_)}
        known = [each for each in self._fragments if each.on.name in on and scope.takes(each.scope)]
        if not known:
            return []
        found = self._random.choice(known)
        self._budget -= 2
        scope.merge(found.scope)
        return [self._spread(found)]

    def _spread(self, fragment: _Fragment) -> FragmentSpreadNode:
        return FragmentSpreadNode(name=fragment.definition.name, directives=self._conditions())

    def _overlapping(self, type_: Composite) -> list[Composite]:
        """The types that a fragment on an object of this type may name."""
        schema = self._schema
        if isinstance(type_, GraphQLObjectType):
            around = [*type_.interfaces, type_, type_, type_]
            return [cast(Composite, each) for each in around]
        members = list(schema.get_possible_types(type_))
        return [type_, type_, *self._random.sample(members, min(len(members), 4))]


def _named(type_: Composite) -> NamedTypeNode:
    return NamedTypeNode(name=NameNode(value=type_.name))


def _plain(arguments: Sequence[ArgumentNode]) -> str:
    return ",".join(sorted(map(print_ast, arguments)))


def _takes(known: GraphQLField, node: FieldNode) -> bool:
    return all(each.name.value in known.args for each in node.arguments or ())


def _is_list_of_rows(known: GraphQLField) -> bool:
    return "first" in known.args


def _introspection(random: Random) -> FieldNode:
    asks_type = random.random() < 0.5
    inner = FieldNode(
        name=NameNode(value="name" if asks_type else "__typename"),
        arguments=(),
        directives=(),
        alias=None,
        selection_set=None,
    )
    name = ArgumentNode(name=NameNode(value="name"), value=_text("BuyingGroup"))
    return FieldNode(
        name=NameNode(value="__type" if asks_type else "__schema"),
        arguments=(name,) if asks_type else (),
        directives=(),
        alias=None,
        selection_set=SelectionSetNode(selections=(inner,)),
    )


def _text(value: str) -> Any:
    return StringValueNode(value=value, block=False)


class _Names(Visitor):
    """Notes which variables a part of a text holds, and which fragments it spreads."""

    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()
        self.spreads: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.variables.add(node.name.value)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.spreads.add(node.name.value)


def names_in(
    part: Node, fragments: Mapping[str, FragmentDefinitionNode]
) -> tuple[set[str], set[str]]:
    """The variables that a part of a text needs, and the fragments, be it through others."""
    waiting, variables, spread = [part], set[str](), set[str]()
    while waiting:
        found = _Names()
        visit(waiting.pop(), found)
        variables |= found.variables
        waiting += [fragments[name] for name in sorted(found.spreads - spread)]
        spread |= found.spreads
    return variables, spread
