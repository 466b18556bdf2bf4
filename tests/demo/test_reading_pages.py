from typing import Any

import pytest

from tests.demo.pages import differences, said, steps

PAGE = """
```graphql
{ a }
```

Words.

```json
{ "data": { "a": "<a>" } }
```

```sh
make demo
```
"""


def test_a_page_is_its_operations_and_answers() -> None:
    (step,) = steps(PAGE)

    assert step.operation == "{ a }\n"
    assert step.answer == {"data": {"a": "<a>"}}


def test_an_operation_without_an_answer_is_a_fault_of_the_page() -> None:
    with pytest.raises(ValueError, match="do not take turns"):
        steps(PAGE.replace("json", "text"))


def test_an_operation_says_what_was_learnt() -> None:
    assert said('{ node(id: "<a group>") { id } }', {"<a group>": "bg_1"}) == (
        '{ node(id: "bg_1") { id } }'
    )


@pytest.mark.parametrize(
    ("shown", "given", "expected"),
    [
        pytest.param({"a": 1}, {"a": 1}, [], id="the same"),
        pytest.param({"a": 1}, {"a": 2}, ["answer.a: shown 1, given 2"], id="another value"),
        pytest.param([1], [1, 2], ["answer: shown [1], given [1, 2]"], id="a longer list"),
        pytest.param(
            {"a": 1}, {"b": 1}, ["answer: shown {'a': 1}, given {'b': 1}"], id="another key"
        ),
        pytest.param(["…"], [{"any": "thing"}], [], id="anything"),
        pytest.param(["<x>", "<x>"], [1, 1], [], id="a name twice for the same"),
        pytest.param(
            ["<x>", "<x>"], [1, 2], ["answer[1]: <x> was 1, is 2"], id="a name for two values"
        ),
        pytest.param({"a": 1}, None, ["answer: shown {'a': 1}, given None"], id="nothing"),
    ],
)
def test_what_differs_is_named(shown: Any, given: Any, expected: list[str]) -> None:
    assert list(differences(shown, given, {})) == expected
