"""What counts as a difference between two answers."""

from typing import Any

import pytest

from tests.equality.compared import Path, difference, null_on


def an_error(*path: str | int, message: str = "Unexpected error.", **more: Any) -> dict[str, Any]:
    return {"message": message, "path": list(path), "locations": [{"line": 1, "column": 3}], **more}


def an_answer(data: Any, *errors: dict[str, Any]) -> dict[str, Any]:
    return {"data": data, "errors": list(errors)} if errors else {"data": data}


CUT_OFF = {"group": None, "total": 3}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(an_answer({"a": 1}), an_answer({"a": 1}), id="the same data"),
        pytest.param(
            an_answer({"a": None, "b": None}, an_error("a"), an_error("b")),
            an_answer({"a": None, "b": None}, an_error("b"), an_error("a")),
            id="errors in another order",
        ),
        pytest.param(
            an_answer(CUT_OFF, an_error("group", "name")),
            an_answer(CUT_OFF, an_error("group", "version")),
            id="another error below what became null",
        ),
        pytest.param(
            an_answer(CUT_OFF, an_error("group", "name")),
            an_answer(CUT_OFF, an_error("group", "version"), an_error("group", "name")),
            id="a further error below what became null",
        ),
        pytest.param(
            an_answer(None, an_error("group", "name")),
            an_answer(None, an_error("total")),
            id="different errors where all became null",
        ),
    ],
)
def test_answers_that_are_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert difference(one, other) is None
    assert difference(other, one) is None


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        pytest.param(
            an_answer({"a": 1, "b": 2}),
            an_answer({"b": 2, "a": 1}),
            "data at data: keys ['a', 'b'] and ['b', 'a']",
            id="another order of keys",
        ),
        pytest.param(
            an_answer({"a": [{"b": 1}]}),
            an_answer({"a": [{"b": 1.0}]}),
            "data at data.a.0.b: 1 and 1.0",
            id="a whole number and one with decimals",
        ),
        pytest.param(
            an_answer({"a": [1]}),
            an_answer({"a": [1, 2]}),
            "data at data.a: 1 and 2 rows",
            id="a row more",
        ),
        pytest.param(
            an_answer(CUT_OFF, an_error("group", "name")),
            an_answer(CUT_OFF),
            "members ['data', 'errors'] and ['data']",
            id="a null without its error",
        ),
        pytest.param(
            an_answer({"a": None, "b": None}, an_error("a")),
            an_answer({"a": None, "b": None}, an_error("b")),
            "errors of regions [('a',)] and [('b',)]",
            id="an error elsewhere",
        ),
        pytest.param(
            an_answer(CUT_OFF, an_error("group", "name")),
            an_answer(CUT_OFF, an_error("group", "name", message="Away.")),
            "the error of ('group', 'name')",
            id="another message for one path",
        ),
        pytest.param(
            an_answer(CUT_OFF, an_error("group", extensions={"code": "INTERNAL"})),
            an_answer(CUT_OFF, an_error("group", extensions={"code": "FORBIDDEN"})),
            "the error of ('group',)",
            id="another code for one path",
        ),
        pytest.param(
            an_answer(CUT_OFF, an_error("group")),
            an_answer(CUT_OFF, an_error("group", "name")),
            "an error of ('group',) itself",
            id="the field's own error and one below it",
        ),
        pytest.param(
            an_answer(CUT_OFF, an_error("group", "name"), an_error("group", "name")),
            an_answer(CUT_OFF, an_error("group", "name")),
            "an error told twice in ('group',)",
            id="an error told twice",
        ),
        pytest.param(
            an_answer(CUT_OFF, an_error("total")),
            an_answer(CUT_OFF, an_error("total")),
            "an error of ['total'], which is not null",
            id="an error of what is not null",
        ),
        pytest.param(
            {"errors": [{"message": "query is empty."}]},
            {"errors": [{"message": "query is void."}]},
            "errors without a path",
            id="another refusal",
        ),
    ],
)
def test_answers_that_differ(one: dict[str, Any], other: dict[str, Any], found: str) -> None:
    assert difference(one, other) == found


@pytest.mark.parametrize(
    ("path", "region"),
    [
        pytest.param(("a", "b"), ("a",), id="the outermost null counts"),
        pytest.param(("rows", 1, "name"), ("rows", 1), id="a row that is null"),
        pytest.param(("rows", 0, "name"), None, id="a value that is there"),
        pytest.param(("rows", 2, "name"), None, id="a row that is not there"),
        pytest.param(("c",), None, id="a key that is not there"),
    ],
)
def test_where_an_error_has_left_a_null(path: Path, region: Path | None) -> None:
    assert null_on(path, {"a": None, "rows": [{"name": 1}, None]}) == region
