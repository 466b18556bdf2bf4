import pytest

from domain.activity_attributes import flaw_of_attributes


@pytest.mark.parametrize(
    ("attributes", "flaw"),
    [
        pytest.param({}, None, id="nothing"),
        pytest.param({"a": [1, 2.5, None, True, {"b": "c"}]}, None, id="any JSON"),
        pytest.param({"$set": {"a.b": 1}}, None, id="names that mean something to a store"),
        pytest.param([1], "must be a JSON object", id="a list"),
        pytest.param("text", "must be a JSON object", id="a text"),
        pytest.param({"a": float("inf")}, "must hold finite numbers", id="infinity"),
        pytest.param(
            {"a": [1, 2**63]}, "must hold whole numbers of at most 64 bits", id="beyond 64 bits"
        ),
        pytest.param({"a\x00": 1}, "contains the character NUL", id="NUL in a name"),
        pytest.param({"a": "\ud800"}, "contains half a surrogate pair", id="half a character"),
        pytest.param(
            {"a": ["x" * 3_000] * 3}, "must have at most 8192 bytes as JSON, not 9019", id="size"
        ),
        pytest.param({"a": [[[[[[[[1]]]]]]]]}, "must be nested at most 8 deep", id="nine levels"),
        pytest.param({"a": {1, 2}}, "must hold JSON only", id="a set"),
    ],
)
def test_what_attributes_can_be(attributes: object, flaw: str | None) -> None:
    assert flaw_of_attributes(attributes) == flaw
