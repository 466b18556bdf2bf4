import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

import pytest

from execution.cursors import decode, encode, fingerprint
from execution.refusals import CodedError
from store.reading import Key, Place

LIST = fingerprint("Query", "accounts", None)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="nothing"),
        pytest.param("müller \U0001f600", id="a text"),
        pytest.param(2**62, id="a large whole number"),
        pytest.param(0.1 + 0.2, id="a fraction, to its last bit"),
        pytest.param(datetime(2026, 5, 4, 12, 0, 0, 7_000, UTC), id="a moment"),
    ],
)
def test_a_cursor_gives_back_its_place(value: Key) -> None:
    assert decode(encode(Place(value, "acc_1"), LIST), LIST) == Place(value, "acc_1")


def test_a_cursor_holds_only_characters_that_need_no_escaping() -> None:
    assert encode(Place("???>>>", "acc_1"), LIST).replace("-", "").replace("_", "").isalnum()


def forged(*content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param("", id="nothing"),
        pytest.param("no cursor!", id="no base64"),
        pytest.param("aGVsbG8", id="no JSON"),
        pytest.param(encode(Place("a", "acc_1"), fingerprint("other")), id="of another list"),
        pytest.param(forged(LIST, "a"), id="too few parts"),
        pytest.param(forged(LIST, {"$gt": ""}, "acc_1"), id="an operator as its value"),
        pytest.param(forged(LIST, ["a"], "acc_1"), id="a list as its value"),
        pytest.param(forged(LIST, True, "acc_1"), id="a truth value"),
        pytest.param(forged(LIST, 2**64, "acc_1"), id="a number too large to store"),
        pytest.param(forged(LIST, float("nan"), "acc_1"), id="no number"),
        pytest.param(forged(LIST, {"at": "yesterday"}, "acc_1"), id="no moment"),
        pytest.param(forged(LIST, "\ud800", "acc_1"), id="half a character"),
        pytest.param(forged(LIST, "a", {"$ne": 1}), id="an operator as its id"),
        pytest.param(forged(LIST, "a", "\ud800"), id="half a character as its id"),
        pytest.param("W" * 100_000, id="a very long text"),
        pytest.param("WyJ\u00fc", id="letters of no alphabet of ours"),
    ],
)
def test_anything_else_is_refused(cursor: str) -> None:
    with pytest.raises(CodedError) as refused:
        decode(cursor, LIST)

    assert refused.value.extensions == {"code": "BAD_CURSOR", "field": "after"}


class _Colour(Enum):
    RED = "r"


@dataclass
class _Filter:
    names: list[str] | None = None
    colour: _Colour | None = None
    since: datetime | None = None


def test_the_same_arguments_have_the_same_fingerprint_and_others_another() -> None:
    asked = [
        None,
        _Filter(),
        _Filter(names=[]),
        _Filter(names=["a", "b"]),
        _Filter(names=["b", "a"]),
        _Filter(colour=_Colour.RED),
        _Filter(since=datetime(2026, 5, 4, tzinfo=UTC)),
    ]

    prints = [fingerprint("Query", "accounts", each) for each in asked]

    assert len(set(prints)) == len(asked)
    assert fingerprint("Query", "accounts", _Filter(names=["a", "b"])) == prints[3]
