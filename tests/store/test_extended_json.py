"""Every type survives being written as JSON, and what looks like a type does, too."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from bson import Binary, Decimal128, Int64, ObjectId, decode, encode

from store.extended_json import EXACTLY, decoded, encoded

NUMBER = ObjectId("0123456789abcdef01234567")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(None, "null", id="nothing"),
        pytest.param(True, "true", id="a truth"),
        pytest.param(5, "5", id="a whole number of 32 bits"),
        pytest.param(Int64(5), '{"$numberLong":"5"}', id="a small number stored in 64 bits"),
        pytest.param(2**40, '{"$numberLong":"1099511627776"}', id="a number that needs 64 bits"),
        pytest.param(5.0, "5.0", id="a whole number stored as a double"),
        pytest.param(-0.0, "-0.0", id="zero below zero"),
        pytest.param(1e300, "1e+300", id="a large number"),
        pytest.param(float("nan"), '{"$numberDouble":"NaN"}', id="not a number"),
        pytest.param(float("-inf"), '{"$numberDouble":"-Infinity"}', id="below every number"),
        pytest.param(
            datetime(2026, 5, 4, 12, 0, 0, 7_000, tzinfo=UTC),
            '{"$date":"2026-05-04T12:00:00.007Z"}',
            id="a moment",
        ),
        pytest.param(
            datetime(1, 1, 1, tzinfo=UTC), '{"$date":"0001-01-01T00:00:00.000Z"}', id="long ago"
        ),
        pytest.param(NUMBER, '{"$oid":"0123456789abcdef01234567"}', id="an object id"),
        pytest.param(b"\x00\xff", '{"$binary":{"base64":"AP8=","subType":"00"}}', id="bytes"),
        pytest.param(
            Binary(b"a", 128), '{"$binary":{"base64":"YQ==","subType":"80"}}', id="other bytes"
        ),
        pytest.param(Decimal128("0.10"), '{"$numberDecimal":"0.10"}', id="a decimal"),
        pytest.param("\x00\n\u2028ﬁ", '"\\u0000\\n\u2028ﬁ"', id="odd text"),
        pytest.param('{"$date', '"{\\"$date"', id="text that looks like a type"),
        pytest.param({}, "{}", id="an empty object"),
        pytest.param({"b": 1, "$a": 2}, '{"b":1,"$a":2}', id="a dollar in a later key"),
        pytest.param({"$date": 1}, '{"$object":[["$date",1]]}', id="an object like a type"),
        pytest.param(
            [{"$object": {"$oid": NUMBER}}],
            '[{"$object":[["$object",{"$object":[["$oid",{"$oid":"0123456789abcdef01234567"}]]}]]}]',
            id="objects like types within each other",
        ),
    ],
)
def test_a_value_is_read_as_it_was_stored(value: object, text: str) -> None:
    stored = encode({"value": value})

    line = encoded(decode(stored, EXACTLY))

    assert line.decode() == f'{{"value":{text}}}'
    assert encode(decoded(orjson.loads(line))) == stored


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param({"$moon": 1}, "there is no type $moon", id="an unknown type"),
        pytest.param({"$date": "noon"}, "of the type $date", id="no moment"),
        pytest.param({"$numberLong": "many"}, "of the type $numberLong", id="no number"),
        pytest.param({"$oid": "12"}, "of the type $oid", id="no object id"),
        pytest.param({"$object": [1]}, "of the type $object", id="no pairs"),
        pytest.param({"$oid": str(NUMBER), "b": 1}, "of the type $oid", id="a type and more"),
    ],
)
def test_what_is_of_no_type_is_refused(value: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason.replace("$", r"\$")):
        decoded({"value": value})
