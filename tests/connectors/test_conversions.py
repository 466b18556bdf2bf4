"""What a cell becomes: exact numbers, dates, lists, and the texts that mean nothing."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from connectors.conversions import Unreadable, convert
from connectors.fields import Sort
from connectors.mappings import Reading

EITHER_FIRST = Reading(Sort.DATE, dates=("%d/%m/%Y", "%m/%d/%Y"))
MILLIONS = Reading(Sort.NUMBER, multiply=Decimal(1_000_000))
STAGE_WON = Reading(Sort.YES_NO, values={"Won": True, "Lost": False}, otherwise=False)


@pytest.mark.parametrize(
    ("cell", "reading", "value"),
    [
        pytest.param(" Acme ", Reading(Sort.TEXT), "Acme", id="blanks around a text go"),
        pytest.param(" Acme ", Reading(Sort.TEXT, trim=False), " Acme ", id="or stay"),
        pytest.param("", Reading(Sort.TEXT), None, id="an empty cell is null"),
        pytest.param("  ", Reading(Sort.NUMBER), None, id="a blank cell is null"),
        pytest.param(None, Reading(Sort.TEXT), None, id="null is null"),
        pytest.param("null", Reading(Sort.TEXT, frozenset({"null"})), None, id="a bare null"),
        pytest.param("null", Reading(Sort.TEXT), "null", id="a bare null nobody declared"),
        pytest.param(
            "GTXPro", Reading(Sort.TEXT, values={"GTXPro": "GTX Pro"}), "GTX Pro", id="map"
        ),
        pytest.param("MG", Reading(Sort.TEXT, values={"GTXPro": "GTX Pro"}), "MG", id="unmapped"),
        pytest.param("", Reading(Sort.TEXT, values={"": "none"}), "none", id="a mapped empty cell"),
        pytest.param("Won", STAGE_WON, True, id="a text becomes true"),
        pytest.param("Engaging", STAGE_WON, False, id="any other text"),
        pytest.param("", STAGE_WON, None, id="an empty cell is no other text"),
        pytest.param(7, Reading(Sort.TEXT, values={"7": "Click"}), "Click", id="a mapped number"),
        pytest.param(102419, Reading(Sort.TEXT), "102419", id="a number as an outside id"),
        pytest.param("1100.04", MILLIONS, 1_100_040_000.0, id="millions, exactly"),
        pytest.param("8.2", MILLIONS, 8_200_000.0, id="8.2 millions, exactly"),
        pytest.param(Decimal("4.54"), MILLIONS, 4_540_000.0, id="a decimal of JSON"),
        pytest.param("-1.5e3", Reading(Sort.NUMBER), -1500.0, id="an exponent"),
        pytest.param("2822", Reading(Sort.WHOLE), 2822, id="a whole number"),
        pytest.param("2.50", Reading(Sort.WHOLE, multiply=Decimal(1000)), 2500, id="made whole"),
        pytest.param("YES", Reading(Sort.YES_NO), True, id="yes"),
        pytest.param("0", Reading(Sort.YES_NO), False, id="zero is no"),
        pytest.param(True, Reading(Sort.YES_NO), True, id="true of JSON"),
        pytest.param(
            "3/1/2017", Reading(Sort.DATE, dates=("%m/%d/%Y",)), date(2017, 3, 1), id="month first"
        ),
        pytest.param(
            "1.3.17",
            Reading(Sort.DATE, dates=("%m/%d/%Y", "%d.%m.%y")),
            date(2017, 3, 1),
            id="the first format that fits",
        ),
        pytest.param("2018-12-19 00:00:00", Reading(Sort.DATE), date(2018, 12, 19), id="midnight"),
        pytest.param(
            "2017-09-08T16:38:14Z",
            Reading(Sort.MOMENT),
            datetime(2017, 9, 8, 16, 38, 14, tzinfo=UTC),
            id="a moment in UTC",
        ),
        pytest.param(
            "2020-05-09 19:46:36.000",
            Reading(Sort.MOMENT, time_zone=ZoneInfo("America/New_York")),
            datetime(2020, 5, 9, 23, 46, 36, tzinfo=UTC),
            id="a moment without offset is of the stated zone",
        ),
        pytest.param(
            "2020-05-09", Reading(Sort.MOMENT), datetime(2020, 5, 9, tzinfo=UTC), id="a day begins"
        ),
        pytest.param("13/02/2026", EITHER_FIRST, date(2026, 2, 13), id="a day that is no month"),
        pytest.param("02/02/2026", EITHER_FIRST, date(2026, 2, 2), id="the same either way"),
        pytest.param("007", Reading(Sort.WHOLE), 7, id="leading zeros"),
        pytest.param("a; b;;", Reading(Sort.TEXTS), ["a", "b"], id="a list"),
        pytest.param("a|b", Reading(Sort.TEXTS, separator="|"), ["a", "b"], id="another separator"),
        pytest.param(["a", 1], Reading(Sort.TEXTS), ["a", "1"], id="a list of JSON"),
        pytest.param("1; 2.5;", Reading(Sort.NUMBERS), [1.0, 2.5], id="a list of numbers"),
        pytest.param([1, Decimal("2.5")], Reading(Sort.NUMBERS), [1.0, 2.5], id="numbers of JSON"),
        pytest.param('{"x": 1}', Reading(Sort.OBJECT), {"x": 1}, id="an object in a cell"),
        pytest.param(
            {"x": [Decimal("1.5")]}, Reading(Sort.OBJECT), {"x": [1.5]}, id="an object of JSON"
        ),
    ],
)
def test_a_cell_becomes_a_value(cell: object, reading: Reading, value: object) -> None:
    converted = convert(cell, reading)

    assert converted == value
    assert type(converted) is type(value)


@pytest.mark.parametrize(
    ("cell", "reading", "reason"),
    [
        pytest.param(True, Reading(Sort.TEXT), "'true' is not a text", id="true is no text"),
        pytest.param({}, Reading(Sort.TEXT), "'{}' is not a text", id="an object is no text"),
        pytest.param("1,100", MILLIONS, "'1,100' is not a number", id="a thousands separator"),
        pytest.param("1_000", MILLIONS, "'1_000' is not a number", id="an underscore"),
        pytest.param("NaN", MILLIONS, "'NaN' is not a number", id="not a number"),
        pytest.param("Infinity", MILLIONS, "'Infinity' is not a number", id="infinity"),
        pytest.param("٣", MILLIONS, "'٣' is not a number", id="digits of another script"),
        pytest.param(
            "1e308",
            MILLIONS,
            "'1e308' is not a number of a size that can be kept",
            id="beyond the largest number",
        ),
        pytest.param(
            "1e-400",
            Reading(Sort.NUMBER),
            "'1e-400' is not a number of a size that can be kept",
            id="next to nothing",
        ),
        pytest.param(
            "01/02/2026",
            EITHER_FIRST,
            "'01/02/2026' may be 2026-01-02 or 2026-02-01",
            id="a day and a month that may be either",
        ),
        pytest.param(
            "01/02/2026 09:00",
            Reading(Sort.MOMENT, dates=("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M")),
            "'01/02/2026 09:00' may be 2026-01-02T09:00:00+00:00 or 2026-02-01T09:00:00+00:00",
            id="a moment that may be either",
        ),
        pytest.param(
            '{"x": NaN}',
            Reading(Sort.OBJECT),
            "'{\"x\": NaN}' is not a JSON object",
            id="NaN in JSON",
        ),
        pytest.param(
            '{"x": 1e999}',
            Reading(Sort.OBJECT),
            "'{\"x\": 1e999}' is not a JSON object",
            id="a number in JSON beyond what is kept",
        ),
        pytest.param(
            '{"x": 1, "x": 2}',
            Reading(Sort.OBJECT),
            '\'{"x": 1, "x": 2}\' is not a JSON object',
            id="an object that says two things",
        ),
        pytest.param("2.5", Reading(Sort.WHOLE), "'2.5' is not a whole number", id="a half"),
        pytest.param("maybe", Reading(Sort.YES_NO), "'maybe' is not true or false", id="maybe"),
        pytest.param(
            "2017-02-30", Reading(Sort.DATE), "'2017-02-30' is not a date (ISO 8601)", id="no day"
        ),
        pytest.param(
            "30/1/2017",
            Reading(Sort.DATE, dates=("%m/%d/%Y",)),
            "'30/1/2017' is not a date (%m/%d/%Y)",
            id="day first where month is",
        ),
        pytest.param(
            "soon", Reading(Sort.MOMENT), "'soon' is not a moment (ISO 8601)", id="no moment"
        ),
        pytest.param(1, Reading(Sort.MOMENT), "'1' is not a moment (ISO 8601)", id="a number"),
        pytest.param([{}], Reading(Sort.TEXTS), "'[{}]' is not a list of texts", id="no texts"),
        pytest.param("[1]", Reading(Sort.OBJECT), "'[1]' is not a JSON object", id="an array"),
        pytest.param(
            "1;x",
            Reading(Sort.NUMBERS),
            "'1;x' is not a list of numbers",
            id="a text among numbers",
        ),
        pytest.param("{", Reading(Sort.OBJECT), "'{' is not a JSON object", id="no JSON"),
        pytest.param(
            "x" * 80, Reading(Sort.WHOLE), f"'{'x' * 60}...' is not a whole number", id="cut short"
        ),
    ],
)
def test_a_cell_without_a_value_says_why(cell: object, reading: Reading, reason: str) -> None:
    assert convert(cell, reading) == Unreadable(reason)
