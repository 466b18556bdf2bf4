"""Conditions for tests: one test in a line, and any condition at all, with documents to match."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from domain.attributes import (
    CATALOGUE,
    VALUE_TYPE_OF,
    Attribute,
    FieldType,
    Scope,
    attribute,
    folded_of_account,
    folded_of_person,
)
from domain.conditions import (
    AllOf,
    AnyOf,
    AttributeTest,
    Condition,
    Not,
    Operand,
    Range,
    Scalar,
    operands_of,
    parts_of,
    related_of,
)
from domain.folding import fold
from domain.interest_signals import SignalStrength
from domain.operators import OperandShape, Operator, ValueType, shape_of_operand
from domain.persona_tests import spelled_out
from domain.personas import PersonaAttribute, condition_of
from domain.related_tests import (
    ActivityTest,
    Asked,
    Bounds,
    Findings,
    Found,
    GroupTest,
    InterestTest,
    RelatedTest,
)


def catalogued(key: str) -> Attribute:
    """The attribute of this key."""
    found = attribute(key)
    assert found is not None, key
    return found


JOB_TITLE = catalogued("person.job_title")
SENIORITY, YEARS, IS_VIP, JOINED = (
    catalogued("person.custom").of_field(name) for name in ("seniority", "years", "vip", "joined")
)
_JOINED = (date(2024, 2, 29), date(2024, 3, 1))
DECLARED: Mapping[str, Mapping[str, FieldType]] = {
    "account.custom": {
        "tier": FieldType.TEXT,
        "seats": FieldType.NUMBER,
        "renewal": FieldType.DATE,
        "budgets": FieldType.NUMBER_LIST,
    },
    "account.derived": {"themes": FieldType.TEXT_LIST, "hot": FieldType.BOOLEAN},
    "person.custom": {
        "seniority": FieldType.TEXT,
        "years": FieldType.NUMBER,
        "joined": FieldType.DATE,
        "vip": FieldType.BOOLEAN,
        "languages": FieldType.TEXT_LIST,
    },
}
SCORE_REFERENCE = 1_009
PERSONAS: Mapping[str, Condition] = {
    "persona_cio": condition_of([PersonaAttribute(JOB_TITLE, ("CIO", "VP, Engineering"))]),
    "persona_senior": condition_of(
        [PersonaAttribute(SENIORITY, ("Müller", "ﬁnance")), PersonaAttribute(YEARS, (5, 0.5))]
    ),
    "persona_vip": condition_of(
        [PersonaAttribute(IS_VIP, (True,)), PersonaAttribute(JOB_TITLE, ("Straße",))]
    ),
    "persona_new": condition_of([PersonaAttribute(JOINED, _JOINED)]),
}
"""Personas told by texts, numbers, truth values and days."""


def asks(
    key: str, operator: Operator, operand: Operand = None, *, field: str | None = None
) -> AttributeTest:
    """The test of a catalogued attribute, or of a declared field of a family."""
    found = attribute(key)
    assert found is not None, key
    return AttributeTest(found.of_field(field) if field else found, operator, operand)


def type_of(attribute: Attribute) -> ValueType:
    """The type of the attribute's values, for a declared field as declared here."""
    if attribute.type is not None:
        return attribute.type
    assert attribute.field is not None
    return VALUE_TYPE_OF[DECLARED[attribute.key][attribute.field]]


# Any sound condition. ---------------------------------------------------------------------------

_TEXTS = (
    "CIO", "cio\n", "ciO ", "c i o", "VP,  Engineering", "vp, engineering", "engineering",
    "Straße", "STRASSE", "straß", "ﬁnance", "FINANCE", "fi", "İstanbul", "i̇stanbul", "istanbul",
    "ΟΔΟΣ", "οδος", "οδοσ", "Müller", "Mu\u0308ller", "mul", "e\u0301", "é", "\u0301", "a+b (c)",
    ".*", "^cio$", "\\d", "#1 & co", "a\u200bb", "日本", "𝔘nicode", "\u1e9e", "½", "½ and 1⁄2",
    "employee", "acc_1", "\x01\x7f", "[x]", "(*UTF)", "\\E", "ﷺ", "long " * 199, "x" * 1_000,
)  # fmt: skip
_NUMBERS = (0, 1, -1, 5, 5.0, 5.5, 1e-9, 2**53, 2**53 + 1, float(2**53), 2**63 - 1, -(2**63), 1e300)
_DAYS = (date(1, 1, 1), date(1969, 12, 31), date(2024, 2, 29), date(2024, 3, 1), date(9999, 12, 31))
_RELATIONS = ("employee", "contractor", "other")
_IDS = ("acc_1", "acc_2")

_texts = st.one_of(
    st.sampled_from(_TEXTS),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4),
).filter(lambda text: 0 < len(fold(text)) <= 1_000)
_numbers = st.one_of(
    st.sampled_from(_NUMBERS),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
)
_scores = st.one_of(
    st.sampled_from((0, -1, 100, 100.0, 101, 50, 75.9, 25, 1e-9)), st.floats(0, 100)
)
_operands: Mapping[ValueType, st.SearchStrategy[Any]] = {
    ValueType.TEXT: _texts,
    ValueType.NUMBER: _numbers,
    ValueType.BOOLEAN: st.booleans(),
    ValueType.DATE: st.sampled_from(_DAYS),
    ValueType.ID: st.sampled_from(_IDS),
    ValueType.CHOICE: st.sampled_from(_RELATIONS),
}

_OPERANDS_OF: Mapping[str, st.SearchStrategy[Any]] = {
    "person.engagement_score": _scores,
    "person.persona": st.sampled_from((*PERSONAS, "persona_gone")),
}


def _attributes(scope: Scope) -> list[Attribute]:
    plain = [each for each in CATALOGUE if each.scope is scope and not each.is_family]
    families = [each for each in CATALOGUE if each.scope is scope and each.is_family]
    return plain + [family.of_field(name) for family in families for name in DECLARED[family.key]]


@st.composite
def _attribute_tests(draw: st.DrawFn, *scopes: Scope) -> AttributeTest:
    chosen = draw(st.sampled_from(_attributes(draw(st.sampled_from(scopes)))))
    operator = draw(st.sampled_from(chosen.operators_as(type_of(chosen))))
    values = _OPERANDS_OF.get(chosen.key, _operands[type_of(chosen)])
    match shape_of_operand(operator):
        case OperandShape.NONE:
            return AttributeTest(chosen, operator)
        case OperandShape.ONE:
            return AttributeTest(chosen, operator, draw(values))
        case OperandShape.MANY:
            several = draw(st.lists(values, min_size=1, max_size=4))
            return AttributeTest(chosen, operator, tuple(several))
        case OperandShape.RANGE:
            low, high = sorted([draw(values), draw(values)])
            return AttributeTest(chosen, operator, Range(low, high))


_days = st.one_of(st.none(), st.integers(1, 3_650))
_bounds = st.builds(lambda low: Bounds(at_least=low), _scores)
_related: Mapping[Scope, st.SearchStrategy[Asked]] = {
    Scope.PERSON: st.one_of(
        st.builds(InterestTest, st.just("si_1"), st.sampled_from(SignalStrength), _days),
        st.builds(ActivityTest, st.just("Danced"), st.integers(1, 3), _days),
    ),
    Scope.ACCOUNT: st.builds(
        GroupTest, st.sampled_from([None, "si_1"]), st.sampled_from([None, ("new",)]), _bounds
    ),
}


def _related_tests(*scopes: Scope) -> st.SearchStrategy[RelatedTest]:
    return st.builds(RelatedTest, st.one_of([_related[s] for s in scopes if s in _related]))


def findings_for(condition: Condition, random: Random, ids: Sequence[str]) -> Findings:
    """Something found of some of these people and accounts, for every related test."""
    return Findings(
        {
            asked: {id: Found(random.randrange(4)) for id in ids if random.random() < 0.6}
            for asked in related_of(condition)
        }
    )


def conditions(*scopes: Scope) -> st.SearchStrategy[Condition]:
    """A sound condition of any shape over these scopes."""
    return st.recursive(
        st.one_of(_attribute_tests(*scopes), _attribute_tests(*scopes), _related_tests(*scopes)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda parts: AllOf(tuple(parts))),
            st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
            inner.map(Not),
        ),
        max_leaves=5,
    )


# Documents with whatever a condition asks about, clean and spoilt. ------------------------------

_MISSING = object()
_DIRT: tuple[object, ...] = (
    None, "", " ", "\n", "\u3000\x85", "\x1c\t", "ci\0o", "5", "CIO", 5, 0, float("nan"),
    float("inf"), float("-inf"), -0.0, True, False, datetime(2024, 2, 29, tzinfo=UTC), {},
    {"city": "CIO", "raw": 5, "seats": 5}, [], [[]], [None], [""], [[5]], [["CIO"]], b"CIO",
    ["acc_1"], {"account_id": "acc_1", "relation": "employee", "roles": ["CIO"]},
)  # fmt: skip


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


_CLEAN: Mapping[ValueType, tuple[object, ...]] = {
    ValueType.TEXT: _TEXTS,
    ValueType.NUMBER: _NUMBERS,
    ValueType.BOOLEAN: (True, False),
    ValueType.DATE: tuple(map(_midnight, _DAYS)),
    ValueType.ID: _IDS,
    ValueType.CHOICE: _RELATIONS,
}


def _near(operand: Scalar) -> list[object]:
    """Values that an operand is likely to be taken for."""
    match operand:
        case str():
            decomposed = unicodedata.normalize("NFD", operand)
            longer = [f"{operand}\n", f" {operand} x", f"x{operand}"]
            return [operand, operand.upper(), decomposed, operand[1:], *longer]
        case bool():
            return [True, False, int(operand)]
        case int() | float():
            nearest = [operand, float(operand), operand - 1, operand + 1]
            return [each for each in nearest if isinstance(each, float) or abs(each) < 2**63]
        case date():
            return [_midnight(operand), _midnight(operand) + timedelta(milliseconds=1)]


def _value(random: Random, kind: ValueType, operands: Sequence[Scalar]) -> object:
    """Mostly one clean value, often near an operand; or a list, or dirt, or nothing at all."""
    near = [value for operand in operands for value in _near(operand)] or _CLEAN[kind]

    def clean() -> object:
        return random.choice(near if random.random() < 0.7 else _CLEAN[kind])

    match random.randrange(10):
        case 0:
            return random.choice(_DIRT)
        case 1:
            return _MISSING
        case 2 | 3:
            length = random.randrange(4)
            return [
                random.choice(_DIRT) if random.random() < 0.2 else clean() for _ in range(length)
            ]
        case _:
            return clean()


def _leaves(condition: Condition) -> Iterator[AttributeTest]:
    if isinstance(condition, AttributeTest):
        yield condition
    for part in parts_of(condition):
        yield from _leaves(part)


def _asked(condition: Condition, scope: Scope) -> dict[Attribute, list[Scalar]]:
    """What the condition asks about in this scope, with what it compares each with."""
    asked: dict[Attribute, list[Scalar]] = {}
    for test in _leaves(spelled_out(condition, PERSONAS)):
        if test.attribute.scope is scope:
            asked.setdefault(test.attribute, []).extend(operands_of(test))
    return asked


def _value_asked(random: Random, attribute: Attribute, operands: Sequence[Scalar]) -> object:
    match attribute.key:
        case "account.is_top_level":
            return _value(random, ValueType.NUMBER, [1])
        case "person.engagement_score":
            scores = [score for score in operands if isinstance(score, (int, float))]
            raws = [int(score**2 * SCORE_REFERENCE / 10_000) for score in scores]
            return _value(random, ValueType.NUMBER, raws)
        case _:
            return _value(random, type_of(attribute), operands)


def _document(random: Random, condition: Condition, scope: Scope) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for each, operands in _asked(condition, scope).items():
        *parents, name = each.path
        inner = document
        for parent in parents:
            inner = inner.setdefault(parent, {})
        value = _value_asked(random, each, operands)
        if value is not _MISSING:
            inner[name] = value
    for root in [name for name in document if isinstance(document[name], dict)]:
        if random.random() < 0.1:
            document[root] = random.choice([*_DIRT, [document[root]], [document[root]]])
    return document


def _relation(random: Random, asked: Mapping[Attribute, Sequence[Scalar]]) -> object:
    if random.random() < 0.1:
        return random.choice(_DIRT)
    given: dict[str, object] = {
        "account_id": random.choice(_IDS if random.random() < 0.9 else _DIRT)
    }
    for each, operands in asked.items():
        value = _value(random, type_of(each), operands)
        if value is not _MISSING:
            given[each.path[0]] = value
    return given


def an_account_for(condition: Condition, random: Random) -> dict[str, Any]:
    """An account as it is stored, with anything at all in what the condition asks about."""
    account = _document(random, condition, Scope.ACCOUNT) | {"_id": "acc_1"}
    return account | {"folded": folded_of_account(account)}


def a_person_for(condition: Condition, random: Random) -> dict[str, Any]:
    """A person as it is stored, with anything at all in that, relations included."""
    person = _document(random, condition, Scope.PERSON)
    asked = _asked(condition, Scope.RELATION)
    match random.randrange(10):
        case 0:
            person["relations"] = random.choice(_DIRT)
        case 1:
            person["relations"] = _relation(random, asked)
        case _:
            person["relations"] = [_relation(random, asked) for _ in range(random.randrange(4))]
    return person | {"folded": folded_of_person(person)}
